using System.Buffers.Binary;
using Gost.Engine.Net;
using Snappier;

namespace Gost.Engine.Protocols.Kcp.Compression;

/// <summary>
/// Takes the bytes of one direction as they come and gives the data in them. Holds one chunk at most, and nothing while there is none.
/// Single-threaded; disposing gives the buffers back.
/// </summary>
internal sealed class SnappyDecoder(BufferPool buffers) : IDisposable
{
    private const int UsualSize = SnappyFraming.MaxData;

    private byte[]? _input;
    private int _start;
    private int _end;
    private int _wanted;
    private int _toSkip;
    private bool _begun;

    // Data of the current chunk that was not read yet: in the input, or decompressed.
    private byte[]? _output;
    private ReadOnlyMemory<byte> _data;

    /// <summary>Whether everything that came in has been given out, chunk by chunk.</summary>
    public bool IsEmpty => _start == _end && _data.IsEmpty && _toSkip == 0;

    /// <summary>Room for the next bytes that come in; when <see cref="TryRead"/> has said that it needs some. Then <see cref="Add"/>.</summary>
    public Memory<byte> GetRoom()
    {
        var size = _end - _start;
        var wanted = Math.Max(_wanted, size + 1);
        _input ??= buffers.Rent(Math.Max(UsualSize, wanted));
        if (wanted > _input.Length)
        {
            var larger = buffers.Rent(wanted);
            _input.AsSpan(_start, size).CopyTo(larger);
            buffers.Return(_input);
            (_input, _start, _end) = (larger, 0, size);
        }
        else if (size == 0)
        {
            (_start, _end) = (0, 0);
        }
        else if (_start + wanted > _input.Length || _end == _input.Length)
        {
            _input.AsSpan(_start, size).CopyTo(_input);
            (_start, _end) = (0, size);
        }

        return _input.AsMemory(_end);
    }

    /// <summary>So many bytes are in the room.</summary>
    public void Add(int count) => _end += count;

    /// <summary>
    /// True: there is data, of which <paramref name="count"/> bytes are in the destination (0 if that is empty). False: more has to come in. Throws
    /// <see cref="IOException"/> when the format is violated.
    /// </summary>
    public bool TryRead(Span<byte> destination, out int count)
    {
        count = 0;
        while (_data.IsEmpty)
        {
            if (!TryTakeChunk(destination, ref count))
            {
                return false;
            }

            if (count > 0)
            {
                return true;
            }
        }

        count = Math.Min(destination.Length, _data.Length);
        _data.Span[..count].CopyTo(destination);
        _data = _data[count..];
        if (_data.IsEmpty && _output is { } output)
        {
            _output = null;
            buffers.Return(output);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(ref _input);
        Return(ref _output);
        (_start, _end, _data) = (0, 0, default);
    }

    private static IOException Violation(string what) => new($"the compressed stream is not valid: {what}; both ends must have the same kcp.nocomp");

    private void Return(ref byte[]? buffer)
    {
        if (buffer is { } rented)
        {
            buffer = null;
            buffers.Return(rented);
        }
    }

    private bool TryTakeChunk(Span<byte> destination, ref int count)
    {
        var skipped = Math.Min(_toSkip, _end - _start);
        _toSkip -= skipped;
        _start += skipped;
        var input = _input.AsSpan(_start, _end - _start);
        if (_toSkip > 0 || input.Length < SnappyFraming.HeaderSize)
        {
            _wanted = SnappyFraming.HeaderSize;
            return false;
        }

        var (type, length) = (input[0], SnappyFraming.ReadLength(input));
        if (!_begun && type != SnappyFraming.Identifier)
        {
            throw Violation("it does not begin as one");
        }

        if (type is >= SnappyFraming.FirstSkipped and not SnappyFraming.Identifier)
        {
            _start += SnappyFraming.HeaderSize;
            _toSkip = length;
            return true;
        }

        var (least, most) = type switch
        {
            SnappyFraming.Identifier => (SnappyFraming.Beginning.Length - SnappyFraming.HeaderSize, SnappyFraming.Beginning.Length - SnappyFraming.HeaderSize),
            SnappyFraming.Compressed => (SnappyFraming.ChecksumSize + 1, SnappyFraming.ChecksumSize + SnappyFraming.MaxCompressed),
            SnappyFraming.Plain => (SnappyFraming.ChecksumSize, SnappyFraming.ChecksumSize + SnappyFraming.MaxData),
            _ => throw Violation($"a chunk has the unknown type 0x{type:x2}"),
        };
        if (length < least || length > most)
        {
            throw Violation($"a chunk of type 0x{type:x2} has {length} bytes");
        }

        _wanted = SnappyFraming.HeaderSize + length;
        if (input.Length < _wanted)
        {
            return false;
        }

        Take(type, input[.._wanted], destination, ref count);
        _start += _wanted;
        return true;
    }

    private void Take(byte type, ReadOnlySpan<byte> chunk, Span<byte> destination, ref int count)
    {
        if (type == SnappyFraming.Identifier)
        {
            _begun = chunk.SequenceEqual(SnappyFraming.Beginning) ? true : throw Violation("it has the name of another format");
            return;
        }

        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(chunk[SnappyFraming.HeaderSize..]);
        var body = chunk[(SnappyFraming.HeaderSize + SnappyFraming.ChecksumSize)..];
        if (type == SnappyFraming.Plain)
        {
            Check(body, checksum);
            _data = _input.AsMemory(_start + SnappyFraming.HeaderSize + SnappyFraming.ChecksumSize, body.Length);
            return;
        }

        var length = LengthOf(body);
        if (length <= destination.Length)
        {
            Decompress(body, destination[..length], checksum);
            count = length;
        }
        else
        {
            _output = buffers.Rent(length);
            Decompress(body, _output.AsSpan(0, length), checksum);
            _data = _output.AsMemory(0, length);
        }
    }

    private static int LengthOf(ReadOnlySpan<byte> body)
    {
        try
        {
            return Snappy.GetUncompressedLength(body) is var length and >= 0 and <= SnappyFraming.MaxData
                ? length
                : throw Violation("a chunk holds more than 64 KiB");
        }
        catch (InvalidDataException)
        {
            throw Violation("a chunk has no length");
        }
    }

    private static void Decompress(ReadOnlySpan<byte> body, Span<byte> data, uint checksum)
    {
        try
        {
            if (Snappy.Decompress(body, data) != data.Length)
            {
                throw Violation("a chunk ends early");
            }
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            throw Violation("a chunk cannot be decompressed");
        }

        Check(data, checksum);
    }

    private static void Check(ReadOnlySpan<byte> data, uint checksum)
    {
        if (SnappyFraming.Checksum(data) != checksum)
        {
            throw Violation("a chunk has a wrong checksum");
        }
    }
}
