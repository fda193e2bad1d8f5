using System.Collections.Concurrent;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Tests.Net;

/// <summary>Takes what a listening socket accepts; the test disposes the streams, or they echo one read and are closed.</summary>
internal sealed class CollectingSink : IAcceptSink
{
    private readonly Channel<SocketStream> _streams = Channel.CreateUnbounded<SocketStream>();
    private readonly Channel<FlowException?> _faults = Channel.CreateUnbounded<FlowException?>();
    private readonly ConcurrentBag<Task> _echoes = [];
    private int _count;

    public bool Echoes { get; set; }

    public int Count => Volatile.Read(ref _count);

    public ChannelReader<FlowException?> Faults => _faults.Reader;

    public void Accept(SocketStream stream)
    {
        Interlocked.Increment(ref _count);
        if (Echoes)
        {
            _echoes.Add(EchoAsync(stream));
        }
        else
        {
            _streams.Writer.TryWrite(stream);
        }
    }

    public void ReportFault(FlowException? fault) => _faults.Writer.TryWrite(fault);

    public ValueTask<SocketStream> NextAsync(CancellationToken cancellationToken) => _streams.Reader.ReadAsync(cancellationToken);

    public Task EndAsync() => Task.WhenAll(_echoes);

    private static async Task EchoAsync(SocketStream stream)
    {
        await using var owned = stream;
        var buffer = new byte[16];
        var count = await stream.ReadAsync(buffer);
        await stream.WriteAsync(buffer.AsMemory(0, count));
    }
}
