using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Gost.Ssh.Algorithms;

namespace Gost.Ssh.Transport;

/// <summary>
/// Reads large pieces of a stream and opens the packets in them where they lie. It has no buffer while it waits for a packet to begin. One caller at a time.
/// </summary>
internal sealed class PacketReader(Stream stream, SshTransportOptions options) : IDisposable
{
    private const int SmallestBuffer = 16 * 1024;
    private const int LargestBuffer = 256 * 1024;
    private const int LongestLine = 255;
    private const int MostLines = 1024;

    private const int Idle = 0;
    private const int Reading = 1;
    private const int Ended = 2;

    private PacketCipher _cipher = new NoPacketCipher();
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _bufferSize = SmallestBuffer;

    // Of the packet that was returned last, or is being waited for; 0 = its length is not known.
    private int _returned;
    private int _total;
    private uint _sequence;
    private long _bytes;
    private long _packets;
    private int _state;

    /// <summary>The sequence number of the packet that was returned last.</summary>
    public uint LastSequence => unchecked(_sequence - 1);

    /// <summary>Whether so much was received that new keys are due.</summary>
    public bool IsDue => _bytes >= options.RekeyBytes || _packets >= options.RekeyPackets;

    /// <summary>The most that a length field may say.</summary>
    public int Largest { get; set; } = PacketFormat.LargestUnauthenticated;

    /// <summary>The line that names the peer's version, without its end. A server may say other lines before it. Source: RFC 4253 section 4.2.</summary>
    public async ValueTask<string> ReadIdentificationAsync(bool fromServer, CancellationToken cancellationToken)
    {
        for (var lines = 0; lines < MostLines; lines++)
        {
            int length;
            while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
            {
                if (_end - _start > LongestLine)
                {
                    throw Protocol("the peer does not speak SSH: its first line is too long");
                }

                if (!await FillAsync(_end - _start + 1, cancellationToken))
                {
                    throw Lost("the peer closed the connection before it said its SSH version");
                }
            }

            var line = Encoding.Latin1.GetString(_buffer!, _start, length).TrimEnd('\r');
            _start += length + 1;
            if (line.StartsWith("SSH-", StringComparison.Ordinal))
            {
                return line.StartsWith("SSH-2.0-", StringComparison.Ordinal) || line.StartsWith("SSH-1.99-", StringComparison.Ordinal)
                    ? line.Contains('\0', StringComparison.Ordinal) || length > LongestLine ? throw Protocol("the peer's SSH version is malformed") : line
                    : throw new SshException(
                        SshFailure.Protocol, SshDisconnectReason.ProtocolVersionNotSupported, $"the peer speaks {Shown(line)}, not SSH 2.0");
            }

            if (!fromServer)
            {
                throw Protocol("the peer does not speak SSH: its first line names no version");
            }
        }

        throw Protocol("the peer does not speak SSH: none of its first lines names a version");
    }

    /// <summary>The payload of the next packet, valid until the next call; empty = the stream ended before one. Throws <see cref="SshException"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Reading, Idle) != Idle)
        {
            throw Lost("the SSH connection has ended");
        }

        try
        {
            _start += _returned;
            _returned = 0;
            while (!TryFindPacket())
            {
                if (!await FillAsync(_total > 0 ? _total : _cipher.HeaderSize, cancellationToken))
                {
                    return default;
                }
            }

            return Open();
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Reading) != Reading)
            {
                _cipher.Dispose();
            }
        }
    }

    /// <summary>The next packets come with these keys, which it takes over.</summary>
    public void SwitchKeys(PacketCipher cipher, bool resetsSequence)
    {
        _cipher.Dispose();
        _cipher = cipher;
        (_bytes, _packets) = (0, 0);
        if (resetsSequence)
        {
            _sequence = 0;
        }
    }

    /// <summary>Reads no more. A read that runs is for the stream's owner to end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _state, Ended) == Idle)
        {
            _cipher.Dispose();
        }
    }

    // Whether a whole packet is there.
    private bool TryFindPacket()
    {
        var available = _end - _start;
        if (_total == 0)
        {
            if (available < _cipher.HeaderSize)
            {
                return false;
            }

            var length = _cipher.ReadLength(_sequence, _buffer.AsSpan(_start, _cipher.HeaderSize));
            var counted = _cipher.IsLengthApart ? length : length + 4;
            if (length > (uint)Largest || length <= PacketFormat.LeastPadding + 1 || counted % (uint)_cipher.BlockSize != 0
                || 4 + length < (uint)_cipher.HeaderSize)
            {
                throw Protocol($"the SSH peer sent a packet with a length of {length}");
            }

            _total = 4 + (int)length + _cipher.TagSize;
        }

        return available >= _total;
    }

    private ReadOnlyMemory<byte> Open()
    {
        var packet = _buffer.AsSpan(_start, _total);
        if (!_cipher.Open(_sequence, packet))
        {
            throw new SshException(SshFailure.Protocol, SshDisconnectReason.MacError, "a packet of the SSH peer was changed on its way");
        }

        var size = _total - _cipher.TagSize - PacketFormat.HeaderSize - packet[4];
        if (packet[4] < PacketFormat.LeastPadding || size <= 0)
        {
            throw Protocol("the SSH peer sent a packet without a payload");
        }

        unchecked
        {
            _sequence++;
        }

        _bytes += _total;
        _packets++;
        (_returned, _total) = (_total, 0);
        return _buffer.AsMemory(_start + PacketFormat.HeaderSize, size);
    }

    // Reads until there are as many bytes; false = the stream ended before the first of them.
    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            // Whoever waits for a peer keeps nothing: not one buffer for each of many idle connections.
            if (_buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = null;
            }

            (_start, _end) = (0, 0);
            _ = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
        }

        MakeRoom(wanted);
        while (_end - _start < wanted)
        {
            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (count == 0)
            {
                return _start == _end && _total == 0
                    ? false
                    : throw Lost("the SSH peer's connection broke amid a packet");
            }

            _end += count;
            if (_end == _buffer!.Length && _bufferSize < LargestBuffer)
            {
                // There is more than fits: the next one may be larger.
                _bufferSize *= 4;
            }
        }

        return true;
    }

    private void MakeRoom(int wanted)
    {
        var available = _end - _start;
        if (_buffer is null || _buffer.Length < wanted || (_buffer.Length < _bufferSize && available < SmallestBuffer))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, _bufferSize));
            if (_buffer is not null)
            {
                _buffer.AsSpan(_start, available).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }
        else if (_start > 0 && (_buffer.Length - _start < wanted || _buffer.Length - _end < _buffer.Length / 2))
        {
            _buffer.AsSpan(_start, available).CopyTo(_buffer);
        }
        else
        {
            return;
        }

        (_start, _end) = (0, available);
    }

    private static SshException Protocol(string message) => new(SshFailure.Protocol, SshDisconnectReason.ProtocolError, message);

    private static SshException Lost(string message) => new(SshFailure.Connection, SshDisconnectReason.ConnectionLost, message);

    private static string Shown(string line) => string.Concat(line.Take(40).Select(static x => x is >= ' ' and <= '~' ? x : '?'));
}
