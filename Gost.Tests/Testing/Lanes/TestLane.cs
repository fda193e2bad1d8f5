using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;
using Xunit;

namespace Gost.Tests.Testing.Lanes;

/// <summary>The lane that the running test case is to be forwarded in.</summary>
internal static class TestLane
{
    /// <summary>The trait of cases that run in one of both lanes; its values are those of the setting <c>Engine:Lane</c>.</summary>
    public const string Trait = "lane";

    private static readonly string? KernelRefusal = new LinuxLaneProbe().RefusalOfLoops() is { } refusal ? $"no kernel lane here: {refusal}" : null;

    /// <summary>The lanes that a case is run in, with their names in the setting.</summary>
    public static IReadOnlyList<(DataLane Lane, string Name)> Both { get; } = [(DataLane.Kernel, "kernel"), (DataLane.Portable, "portable")];

    /// <summary>The lane of the running case; <see cref="DataLane.Auto"/> outside of classes that run in both.</summary>
    public static DataLane Current => Both.FirstOrDefault(static x => x.Name == Name).Lane;

    /// <summary>The same as the setting is written.</summary>
    public static string Name =>
        TestContext.Current.TestCase?.Traits.TryGetValue(Trait, out var values) is true && values.FirstOrDefault() is { } name ? name : "auto";

    /// <summary>Why the tests of a lane cannot run here; null = they can.</summary>
    public static string? Refusal(DataLane lane) => lane == DataLane.Kernel ? KernelRefusal : null;

    /// <summary>Options of an engine that runs in the lane of this case, unless they name one themselves.</summary>
    public static EngineOptions Options(EngineOptions? options = null) =>
        options is { Lane: not DataLane.Auto } ? options : (options ?? new EngineOptions()) with { Lane = Current };
}
