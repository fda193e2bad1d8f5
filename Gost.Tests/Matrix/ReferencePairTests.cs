using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Matrix;

/// <summary>
/// Every pair with a GOST 3.x at the other end, in both roles; skipped where there is no such program. Half-close is asserted only between two of
/// ours: through GOST's relay, socks5, WebSocket and smux one end takes the other with it.
/// </summary>
[BothLanes]
public sealed class ReferencePairTests
{
    public static TheoryData<string, string> Tcp => Pairs.Tcp;

    public static TheoryData<string, string> Udp => Pairs.Udp;

    public static TheoryData<string, string> Bind => Pairs.Bind;

    [Theory]
    [MemberData(nameof(Tcp))]
    public async Task Tcp_ToGost_ArrivesWhole(string protocol, string transport)
    {
        await using var far = await ReferencePeer.RequireAsync();
        await using OwnPeer near = new();
        await MatrixRun.TcpAsync(far, near, protocol, transport, halfClose: false);
    }

    [Theory]
    [MemberData(nameof(Tcp))]
    public async Task Tcp_FromGost_ArrivesWhole(string protocol, string transport)
    {
        await using var near = await ReferencePeer.RequireAsync();
        await using OwnPeer far = new();
        await MatrixRun.TcpAsync(far, near, protocol, transport, halfClose: false);
    }

    [Theory]
    [MemberData(nameof(Udp))]
    public async Task Udp_ToGost_IsAnswered(string protocol, string transport)
    {
        await using var far = await ReferencePeer.RequireAsync();
        await using OwnPeer near = new();
        await MatrixRun.UdpAsync(far, near, protocol, transport);
    }

    [Theory]
    [MemberData(nameof(Udp))]
    public async Task Udp_FromGost_IsAnswered(string protocol, string transport)
    {
        await using var near = await ReferencePeer.RequireAsync();
        await using OwnPeer far = new();
        await MatrixRun.UdpAsync(far, near, protocol, transport);
    }

    [Theory]
    [MemberData(nameof(Bind))]
    public async Task Remote_ToGost_Works(string protocol, string transport)
    {
        await using var far = await ReferencePeer.RequireAsync();
        await using OwnPeer near = new();
        await MatrixRun.RemoteTcpAsync(far, near, protocol, transport, halfClose: false);
        await MatrixRun.RemoteUdpAsync(far, near, protocol, transport);
    }

    [Theory]
    [MemberData(nameof(Bind))]
    public async Task Remote_FromGost_Works(string protocol, string transport)
    {
        await using var near = await ReferencePeer.RequireAsync();
        await using OwnPeer far = new();
        await MatrixRun.RemoteTcpAsync(far, near, protocol, transport, halfClose: false);
        await MatrixRun.RemoteUdpAsync(far, near, protocol, transport);
    }
}
