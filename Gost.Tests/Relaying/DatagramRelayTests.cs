using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Relaying;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Relaying;

public sealed class DatagramRelayTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Loopback, 1);

    [Fact]
    public async Task IdleTimeout_WhileTheTargetTakesNothing_EndsBothSides()
    {
        FakeTimeProvider time = new();
        BufferPool buffers = new();
        await using StalledChannel client = new(waiting: 1);
        await using StalledChannel target = new(waiting: 0);
        await using Inbound inbound = new(client, Client, Client, Client);
        var relay = DatagramRelay.RunAsync(
            inbound, target, new DatagramRelayOptions(TimeSpan.FromSeconds(5), EndWhenRefused: false), buffers, time, NullLogger.Instance);
        await target.Sending.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(relay.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(DatagramRelayEnd.Idle, await relay.WaitAsync(TestContext.Current.CancellationToken));
        Assert.True(client.IsClosed);
        Assert.True(target.IsClosed);
        Assert.Equal(0, buffers.Outstanding);
    }

    /// <summary>Gives some datagrams of one byte, and takes none.</summary>
    private sealed class StalledChannel(int waiting) : IDatagramChannel
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _sending = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting = waiting;

        /// <summary>Ends when something is to be sent.</summary>
        public Task Sending => _sending.Task;

        public bool IsClosed => _closed.Task.IsCompleted;

        public async ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (--_waiting >= 0)
            {
                return new Datagram(1, null);
            }

            await _closed.Task;
            return null;
        }

        public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
        {
            _sending.TrySetResult();
            await _closed.Task;
            throw new ObjectDisposedException(nameof(StalledChannel));
        }

        public ValueTask DisposeAsync()
        {
            _closed.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
