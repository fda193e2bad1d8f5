using System.Diagnostics;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>What only an optimized build shows.</summary>
internal static class OptimizedBuild
{
    /// <summary>Skips the test in a Debug build of the engine, where every call of an async method allocates its state.</summary>
    public static void Require() => Assert.SkipUnless(
        Attribute.GetCustomAttribute(typeof(Gost.Engine.IGostEngine).Assembly, typeof(DebuggableAttribute)) is not DebuggableAttribute { IsJITOptimizerDisabled: true },
        "allocations are counted in an optimized build only: dotnet test -c Release");
}
