using System.Net;
using System.Net.Sockets;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Gost.Engine.Protocols.Quic;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Quic;

/// <summary>The library itself, where it is there; and what is said where it is not.</summary>
public sealed class MsQuicTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_OverTheLibrary_PassIntactAndHalfClose()
    {
        const int Length = 16 << 20;
        var stack = QuicModule.CreateStack();
        Assert.SkipUnless(stack.FindObstacle(null) is null, "libmsquic is not installed");
        await using TcpTarget target = new(async (socket, ct) =>
        {
            var (_, hash) = await RandomBytes.ReceiveAsync(x => socket.ReceiveAsync(x, ct));
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(hash), ct);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[1], ct);
        });
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(stack), target.Address);
        for (var i = 0; i < 3; i++)
        {
            using var socket = await LiveEngine.ConnectAsync(live.Port("client"));
            var sent = await RandomBytes.SendAsync(async x => await socket.SendAsync(x, Token), Length, seed: i);
            socket.Shutdown(SocketShutdown.Send);
            using MemoryStream answer = new();
            var buffer = new byte[1024];
            while (await socket.ReceiveAsync(buffer, Token) is > 0 and var count)
            {
                answer.Write(buffer, 0, count);
            }

            Assert.Equal(sent, System.Text.Encoding.ASCII.GetString(answer.ToArray()));
        }
    }

    [Fact]
    public async Task PortThatIsTaken_IsRefusedAsSuch()
    {
        var stack = QuicModule.CreateStack();
        Assert.SkipUnless(stack.FindObstacle(null) is null, "libmsquic is not installed");
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var live = await LiveEngine.StartAsync(catalog: QuicPair.Catalog(stack));
        var result = await live.Control.ApplyAsync(
            new CreateObject(ConfigKind.Services, QuicPair.Server(taken.LocalEndPoint!.ToString()!)), Token); // bound above
        Assert.IsNotType<ChangeApplied>(result);
    }

    [Fact]
    public void LibraryThatIsNotThere_IsNamedWithTheSetting()
    {
        var obstacle = QuicModule.CreateStack().FindObstacle("/nowhere/libmsquic.so.2");
        Assert.Contains("/nowhere/libmsquic.so.2", obstacle, StringComparison.Ordinal);
        Assert.Contains("Quic:Library", obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutTheLibrary_ThePackageIsNamed()
    {
        if (QuicModule.CreateStack().FindObstacle(null) is { } obstacle)
        {
            Assert.Contains("libmsquic", obstacle, StringComparison.Ordinal);
            Assert.Contains("apk add", obstacle, StringComparison.Ordinal);
        }
    }
}
