using System.Buffers.Binary;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Relay;

/// <summary>
/// Reads one request or response, and not a byte behind it, so that the stream can be passed on as it is. A read that was cancelled goes on where it
/// stopped. Memory grows with what has come, not with what a peer announces. Not thread-safe.
/// </summary>
internal sealed class RelayMessageReader
{
    // Two credentials and a name of full length fit.
    private const int Step = 1024;

    private byte[] _bytes = new byte[RelayMessages.HeaderLength];
    private int _have;

    /// <summary>The command with its flags, or the status.</summary>
    public byte Code => _bytes[1];

    private int Needed => _have < RelayMessages.HeaderLength
        ? RelayMessages.HeaderLength
        : RelayMessages.HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(2));

    /// <summary>
    /// Reads to the end of the message. False: the stream ended before its first byte. Throws <see cref="FlowException"/> (handshake) when it is cut short
    /// or of another protocol, and what the stream throws.
    /// </summary>
    public async ValueTask<bool> ReadAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        while (_have < Needed)
        {
            if (_have == _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Min(Needed, Math.Max(Step, 2 * _have)));
            }

            var end = Math.Min(Needed, _bytes.Length);
            var count = await stream.ReadAsync(_bytes.AsMemory(_have, end - _have), cancellationToken);
            if (count == 0)
            {
                return _have == 0 ? false : throw Malformed("the connection ended within a message");
            }

            _have += count;
            if (_bytes[0] != RelayMessages.Version)
            {
                throw Malformed($"the peer does not speak relay: its first byte is 0x{_bytes[0]:x2}");
            }
        }

        return true;
    }

    /// <summary>The features of the message that was read. Throws <see cref="FlowException"/> (handshake).</summary>
    public RelayFeatures Features(bool isUdp) =>
        RelayFeatures.TryRead(_bytes.AsSpan(RelayMessages.HeaderLength, _have - RelayMessages.HeaderLength), isUdp, out var features)
            ? features
            : throw Malformed("a message with a feature that is unknown or cut short");

    /// <summary>What a broken stream means while a message is awaited.</summary>
    public static bool IsBroken(Exception exception) => exception is SocketException or IOException or ObjectDisposedException;

    private static FlowException Malformed(string message) => new(FlowLayer.Handshake, FlowError.Failed, "relay: " + message);
}
