using System.Reflection;
using Gost.Tests.Testing.Lanes;
using Xunit;
using Xunit.v3;

[assembly: TestFramework<LaneTestFramework>]

namespace Gost.Tests.Testing.Lanes;

/// <summary>xunit's own framework with another discoverer.</summary>
public sealed class LaneTestFramework : XunitTestFramework
{
    /// <inheritdoc/>
    protected override ITestFrameworkDiscoverer CreateDiscoverer(Assembly assembly) =>
        new LaneDiscoverer((IXunitTestAssembly)base.CreateDiscoverer(assembly).TestAssembly);
}
