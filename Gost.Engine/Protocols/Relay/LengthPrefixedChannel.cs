using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Relay;

/// <summary>
/// Datagrams of one target over a stream, each behind its length in two bytes; 0 is an empty datagram. Source: spec/wire/relay.md section 6.
/// </summary>
/// <remarks>
/// Owns the stream. One write per datagram. A stream that breaks makes calls throw <see cref="IOException"/>. While nothing waits no buffer is held, and a
/// steady flow allocates nothing.
/// </remarks>
internal sealed class LengthPrefixedChannel : IDatagramChannel, IFrameFormat, ILateAnswer
{
    private const int PrefixLength = sizeof(ushort);

    private readonly DuplexStream _stream;
    private readonly FrameReceiver _receiver;
    private readonly BufferPool _buffers;

    /// <summary>A channel over <paramref name="stream"/>, which it takes over.</summary>
    public LengthPrefixedChannel(DuplexStream stream, BufferPool buffers)
    {
        (_stream, _buffers) = (stream, buffers);
        _receiver = new FrameReceiver(stream, this, buffers);
    }

    /// <inheritdoc/>
    public Func<FlowException, FlowException>? Blame
    {
        set => (_stream as ILateAnswer)?.Blame = value;
    }

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => (_stream as ILateAnswer)?.ConfirmAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) => _receiver.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _receiver.ReceiveAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_receiver.IsClosed, this);
        var length = checked((ushort)payload.Length);
        var frame = _buffers.Rent(PrefixLength + length);
        try
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame, length);
            payload.Span.CopyTo(frame.AsSpan(PrefixLength));

            // Not cancelled half way: the far end would take what follows for the rest of it.
            await _stream.WriteAsync(frame.AsMemory(0, PrefixLength + length), CancellationToken.None);
        }
        catch (SocketException e)
        {
            throw FrameReceiver.Broken(e);
        }
        finally
        {
            _buffers.Return(frame);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    /// <inheritdoc/>
    bool IFrameFormat.TryMeasure(ReadOnlySpan<byte> waiting, out int length)
    {
        length = PrefixLength;
        if (waiting.Length < PrefixLength)
        {
            return false;
        }

        length += BinaryPrimitives.ReadUInt16BigEndian(waiting);
        return waiting.Length >= length;
    }

    /// <inheritdoc/>
    Datagram? IFrameFormat.Read(ReadOnlySpan<byte> frame, Span<byte> buffer)
    {
        var count = Math.Min(frame.Length - PrefixLength, buffer.Length);
        frame.Slice(PrefixLength, count).CopyTo(buffer);
        return new Datagram(count, null);
    }
}
