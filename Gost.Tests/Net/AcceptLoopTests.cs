using System.Net;
using System.Net.Sockets;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Net;

[BothLanes]
public sealed class AcceptLoopTests
{
    [Fact]
    public async Task Broken_SocketBecomesUnusable_EndsWithTheReason()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere a listening socket cannot be shut down");
        using var loops = OpenLane();
        var socket = Listen();
        await using var loop = Over(socket, loops);
        CollectingSink sink = new();
        loop.Attach(sink);
        Assert.False(loop.Broken.IsCompleted);

        socket.Shutdown(SocketShutdown.Both);

        var fault = await loop.Broken.WaitAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("the listening socket is unusable", fault.Message, StringComparison.Ordinal);
        Assert.Same(fault, await sink.Faults.ReadAsync(TestContext.Current.CancellationToken));
        CollectingSink next = new();
        loop.Attach(next);
        Assert.Same(fault, await next.Faults.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Broken_Closed_DoesNotEnd()
    {
        using var loops = OpenLane();
        var loop = Over(Listen(), loops);
        loop.Attach(new CollectingSink());

        await loop.DisposeAsync();

        Assert.False(loop.Broken.IsCompleted);
    }

    [Fact]
    public async Task Admit_AfterTheEnd_ClosesTheConnection()
    {
        using var loops = OpenLane();
        var loop = Over(Listen(), loops);
        loop.Attach(new CollectingSink());
        await loop.DisposeAsync();

        // Another thread had accepted it before the socket was closed.
        using var pair = await SocketPair.CreateAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ((IAcceptTarget)loop).AdmitAsync(new SocketDuplexStream(pair.Near)).AsTask());
        Assert.Equal(0, await pair.Far.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    private static EventLoopGroup? OpenLane() => LaneChoice.Open(TestLane.Options(), TimeProvider.System, NullLoggerFactory.Instance);

    private static Socket Listen()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static AcceptLoop Over(Socket socket, EventLoopGroup? loops)
    {
        DescriptorReserve reserve = new(new EngineOptions(), TimeProvider.System, new LinuxDescriptorProbe());
        return AcceptLoop.Over(socket, loops, reserve, TimeProvider.System, NullLogger.Instance);
    }
}
