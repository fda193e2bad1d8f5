using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Xunit;

namespace Gost.Tests.Binds;

public sealed class HeldBindsTests
{
    private static readonly BindOwner Owner = BindOwner.Of("s", "u", IPEndPoint.Parse("192.0.2.1:5000"));
    private static readonly IPEndPoint Address = IPEndPoint.Parse("0.0.0.0:8080");

    private readonly HeldBinds _binds = new();

    [Fact]
    public void Reserve_MoreThanAServiceMayHold_IsRefusedUntilOneIsGivenBack()
    {
        var first = _binds.Reserve(Owner, TargetNetwork.Tcp);
        for (var i = 1; i < HeldBinds.MaxPerService; i++)
        {
            _binds.Reserve(Owner with { User = i.ToString() }, TargetNetwork.Udp);
        }

        var refused = Assert.Throws<FlowException>(() => _binds.Reserve(Owner, TargetNetwork.Tcp));
        _binds.Reserve(Owner with { Service = "other" }, TargetNetwork.Tcp).Dispose();
        first.Dispose();
        first.Dispose();

        Assert.Equal((FlowLayer.Bind, FlowError.NotPermitted), (refused.Layer, refused.Error));
        Assert.Equal(HeldBinds.MaxPerService - 1, _binds.Count);
        _binds.Reserve(Owner, TargetNetwork.Tcp);
        Assert.Throws<FlowException>(() => _binds.Reserve(Owner, TargetNetwork.Tcp));
    }

    [Theory]
    [InlineData("s", "u", "192.0.2.1:6000", "0.0.0.0:8080", true)]
    [InlineData("s", "u", "[::ffff:192.0.2.1]:6000", "127.0.0.1:8080", true)]
    [InlineData("s", "u", "192.0.2.1:6000", "0.0.0.0:8081", false)]
    [InlineData("s", "", "192.0.2.1:6000", "0.0.0.0:8080", false)]
    [InlineData("other", "u", "192.0.2.1:6000", "0.0.0.0:8080", false)]
    [InlineData("s", "u", "192.0.2.2:6000", "0.0.0.0:8080", false)]
    public void FindStale_SilentBind_IsTheOwnersAlone(string service, string user, string client, string wanted, bool found)
    {
        using var held = Hold(isSilent: true);

        var stale = _binds.FindStale(BindOwner.Of(service, user, IPEndPoint.Parse(client)), TargetNetwork.Tcp, IPEndPoint.Parse(wanted));

        Assert.Equal(found ? held : null, stale);
    }

    [Fact]
    public void FindStale_BindThatIsHeardOf_IsLeftAlone()
    {
        using var held = Hold(isSilent: false);

        Assert.Null(_binds.FindStale(Owner, TargetNetwork.Tcp, Address));
    }

    [Fact]
    public void FindStale_OtherNetwork_StandsInNobodysWay()
    {
        using var held = Hold(isSilent: true);

        Assert.Null(_binds.FindStale(Owner, TargetNetwork.Udp, Address));
    }

    [Fact]
    public void End_OfAHeldBind_TellsItsServerAndIsFreedByIt()
    {
        var ended = 0;
        var held = _binds.Reserve(Owner, TargetNetwork.Tcp);
        held.End();
        held.Hold(Address, static () => true, () => ended++);
        held.End();

        Assert.Equal(1, ended);
        Assert.False(held.Freed.IsCompleted);
        held.Dispose();
        Assert.True(held.Freed.IsCompletedSuccessfully);
        Assert.Equal(0, _binds.Count);
    }

    private HeldBind Hold(bool isSilent)
    {
        var held = _binds.Reserve(Owner, TargetNetwork.Tcp);
        held.Hold(Address, () => isSilent, static () => { });
        return held;
    }
}
