using Gost.Engine.Config;
using Gost.Engine.Protocols.Forward;
using Gost.Tests.Routing;
using Xunit;

namespace Gost.Tests.Protocols.Forward;

public sealed class ForwardHandlerOptionsTests
{
    [Theory]
    [InlineData("720h", 720, true)]
    [InlineData("721h", 0, false)]
    [InlineData("-1h", 0, true)]
    public void IdleTimeout_LongerThanATimerWaits_IsAnError(string value, int hours, bool accepted)
    {
        MetadataReader metadata = new(RoutingFixture.Map(("idleTimeout", value)), "/handler/metadata");

        var options = ForwardHandlerOptions.Bind(metadata);

        Assert.Equal(TimeSpan.FromHours(hours), options.IdleTimeout);
        Assert.Equal(
            accepted ? [] : [("/handler/metadata/idleTimeout", FindingSeverity.Error)],
            metadata.Findings.Select(static x => (x.Pointer, x.Severity)));
    }
}
