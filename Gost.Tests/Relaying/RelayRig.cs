using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Relaying;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Relaying;

/// <summary>A relay between two loopback connections; the test plays client and target.</summary>
internal sealed class RelayRig : IAsyncDisposable
{
    private readonly SocketPair _clientSide;
    private readonly SocketPair _targetSide;
    private readonly EventLoopGroup? _loops;
    private readonly DuplexStream _wrapped;

    public RelayRig(SocketPair clientSide, SocketPair targetSide, TimeProvider time, TimeSpan idleTimeout, bool abortsFirst = false, Func<SocketStream, DuplexStream>? wrap = null)
    {
        (_clientSide, _targetSide) = (clientSide, targetSide);
        _loops = LaneChoice.Open(TestLane.Options(), time, NullLoggerFactory.Instance);
        ClientStream = LaneStreams.Over(clientSide.Near, _loops);
        TargetStream = LaneStreams.Over(targetSide.Near, _loops);
        _wrapped = wrap?.Invoke(TargetStream) ?? TargetStream;
        using var busy = abortsFirst && ClientStream is LoopStream stream ? new BusyLoop(stream.Loop) : null;
        Relay = LaneStreams.LeaveLoopAsync(new StreamRelay(time, Buffers).RunAsync(ClientStream, _wrapped, Counters, idleTimeout));
        if (abortsFirst)
        {
            ClientStream.Abort();
        }
    }

    /// <summary>The loops of the kernel lane, null in the other.</summary>
    public EventLoopGroup? Loops => _loops;

    public Socket Client => _clientSide.Far;

    public Socket Target => _targetSide.Far;

    public SocketStream ClientStream { get; }

    public SocketStream TargetStream { get; }

    public BufferPool Buffers { get; } = new();

    public FlowCounters Counters { get; } = new();

    public Task<RelayOutcome> Relay { get; }

    public static async Task<RelayRig> StartAsync(TimeProvider time, TimeSpan idleTimeout, Func<SocketStream, DuplexStream>? wrap = null) =>
        new(await SocketPair.CreateAsync(TestContext.Current.CancellationToken), await SocketPair.CreateAsync(TestContext.Current.CancellationToken), time, idleTimeout, wrap: wrap);

    public async ValueTask DisposeAsync()
    {
        ClientStream.Abort();
        TargetStream.Abort();
        await Relay;
        await _wrapped.DisposeAsync();
        _loops?.Dispose();
        Assert.Equal(0, Buffers.Outstanding);
        _clientSide.Dispose();
        _targetSide.Dispose();
    }

    /// <summary>Keeps a loop from everything else until disposed.</summary>
    private sealed class BusyLoop : ILoopWork, IDisposable
    {
        private readonly ManualResetEventSlim _end = new();

        public BusyLoop(EventLoop loop) => loop.Post(this);

        public void Run() => _end.Wait(TestContext.Current.CancellationToken);

        public void Dispose() => _end.Set();
    }
}
