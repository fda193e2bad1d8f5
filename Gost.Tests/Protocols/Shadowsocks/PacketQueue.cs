using System.Threading.Channels;
using Gost.Engine.Abstractions;

namespace Gost.Tests.Protocols.Shadowsocks;

/// <summary>A session of a datagram listener that has these packets to read, then waits; what is sent is in <see cref="Sent"/>.</summary>
internal sealed class PacketQueue : IDatagramChannel
{
    private readonly Channel<byte[]> _input = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<byte[]> _sent = Channel.CreateUnbounded<byte[]>();

    public PacketQueue(params byte[][] packets)
    {
        foreach (var packet in packets)
        {
            _input.Writer.TryWrite(packet);
        }
    }

    public ChannelReader<byte[]> Sent => _sent.Reader;

    public bool IsDisposed { get; private set; }

    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) => _input.Reader.WaitToReadAsync(cancellationToken);

    public async ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (await _input.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_input.Reader.TryRead(out var packet))
            {
                packet.CopyTo(buffer);
                return new Datagram(packet.Length, null);
            }
        }

        return null;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        _sent.Writer.TryWrite(payload.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        _input.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}
