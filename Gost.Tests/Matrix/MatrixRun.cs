using Gost.Tests.Testing;

namespace Gost.Tests.Matrix;

/// <summary>One run of each kind of flow through a far end and a client end.</summary>
internal static class MatrixRun
{
    private const int Large = 1024 * 1024;
    private const int Small = 64 * 1024;
    private const int Streams = 64;

    /// <summary>TCP: 1 MiB and 64 KiB, with half-close after the last byte and without, and 64 streams at once.</summary>
    /// <param name="halfClose">Whether both ends keep the directions apart; GOST's does not everywhere.</param>
    public static async Task TcpAsync(IPeer far, IPeer near, string protocol, string transport, bool halfClose = true)
    {
        Pairs.Require(transport);
        await using var echo = TcpTarget.Echo();
        await using var answering = Exchange.AnswerAfterEnd();
        await EchoesAsync(await ForwardAsync(echo));
        if (halfClose)
        {
            await HalfClosesAsync(await ForwardAsync(answering));
        }

        async Task<int> ForwardAsync(TcpTarget target)
        {
            var server = await far.StartAsync(Pairs.Listen(protocol, transport, target.Address));
            return await near.StartAsync(
                protocol == "forward" ? "tcp://127.0.0.1:{port}" : $"tcp://127.0.0.1:{{port}}/{target.Address}", Pairs.Forward(protocol, transport, server));
        }
    }

    /// <summary>UDP, several sizes over one session.</summary>
    public static async Task UdpAsync(IPeer far, IPeer near, string protocol, string transport)
    {
        Pairs.Require(transport);
        await using UdpTarget target = new("t");
        var server = await far.StartAsync(Pairs.Listen(protocol, transport));
        var port = await near.StartAsync($"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true", Pairs.Forward(protocol, transport, server));
        await Exchange.DatagramsAsync(port, "t", 1, 512, 1400, 4000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(x => Exchange.DatagramsAsync(port, "t", 10 + x, 100 + x)));
    }

    /// <summary>rtcp: as TCP, from the far end's side.</summary>
    public static async Task RemoteTcpAsync(IPeer far, IPeer near, string protocol, string transport, bool halfClose = true)
    {
        Pairs.Require(transport);
        await using var echo = TcpTarget.Echo();
        await using var answering = Exchange.AnswerAfterEnd();
        var server = await far.StartAsync(Pairs.Listen(protocol, transport));
        await EchoesAsync(await near.StartAsync($"rtcp://127.0.0.1:{{port}}/{echo.Address}", Pairs.Forward(protocol, transport, server)));
        if (halfClose)
        {
            await HalfClosesAsync(await near.StartAsync($"rtcp://127.0.0.1:{{port}}/{answering.Address}", Pairs.Forward(protocol, transport, server)));
        }
    }

    /// <summary>rudp: as UDP, from the far end's side, several peers at once.</summary>
    public static async Task RemoteUdpAsync(IPeer far, IPeer near, string protocol, string transport)
    {
        Pairs.Require(transport);
        await using UdpTarget target = new("t");
        var server = await far.StartAsync(Pairs.Listen(protocol, transport));
        var port = await near.StartAsync($"rudp://127.0.0.1:{{port}}/{target.Address}", Pairs.Forward(protocol, transport, server));
        await Exchange.DatagramsAsync(port, "t", 1, 512, 1400, 4000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(x => Exchange.DatagramsAsync(port, "t", 10 + x, 100 + x)));
    }

    /// <summary>Both sizes and many streams through a port behind which an echo is.</summary>
    public static async Task EchoesAsync(int port)
    {
        await Exchange.EchoAsync(port, Large);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(x => Exchange.EchoAsync(port, Small, seed: 100 + x)));
    }

    /// <summary>Both sizes and many streams through a port behind which <see cref="Exchange.AnswerAfterEnd"/> is.</summary>
    public static async Task HalfClosesAsync(int port)
    {
        await Exchange.HalfCloseAsync(port, Large);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(x => Exchange.HalfCloseAsync(port, Small, seed: 200 + x)));
    }
}
