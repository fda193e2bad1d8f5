using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>
/// Takes frames apart: the payloads of data frames of any kind, one after the other, are the stream. Borders of messages mean nothing, empty ones are
/// skipped. Not thread-safe. Source: RFC 6455 section 5, spec/wire/transports.md section 5.
/// </summary>
/// <param name="masked">Whether frames must be masked: those of clients must, those of servers must not.</param>
internal sealed class FrameDecoder(bool masked)
{
    private readonly byte[] _header = new byte[Frame.MaxHeader];
    private int _headerCount;
    private int _headerLength = 2;
    private long _remaining;
    private byte _opcode;
    private uint _mask;
    private bool _inMessage;
    private byte[]? _control;
    private int _controlCount;
    private byte[]? _ping;

    /// <summary>The next byte belongs to the stream.</summary>
    public bool IsInPayload => _remaining > 0 && _opcode < Frame.Close;

    /// <summary>The bytes ended within a frame.</summary>
    public bool IsInFrame => _remaining > 0 || _headerCount > 0;

    /// <summary>The code of the Close frame that has come, null before; <see cref="Frame.NoStatus"/> if it had none. What follows is not looked at.</summary>
    public ushort? CloseCode { get; private set; }

    /// <summary>
    /// Decodes as much as there is room for. Returns how many bytes of the stream were written to <paramref name="output"/>; a full output stops before the
    /// next byte of the stream, an empty one thus before the first. The output may be the input's own memory. Throws <see cref="WebSocketFault"/>.
    /// </summary>
    public int Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed)
    {
        int read = 0, written = 0;
        while (CloseCode is null)
        {
            if (_remaining > 0)
            {
                var to = _opcode < Frame.Close ? output[written..] : _control.AsSpan(_controlCount);
                var count = (int)Math.Min(_remaining, Math.Min(input.Length - read, to.Length));
                if (count == 0)
                {
                    break;
                }

                Take(input.Slice(read, count), to);
                read += count;
                if (_opcode < Frame.Close)
                {
                    written += count;
                }
                else
                {
                    _controlCount += count;
                    if (_remaining == 0)
                    {
                        EndControl();
                    }
                }
            }
            else if (read == input.Length)
            {
                break;
            }
            else
            {
                _header[_headerCount++] = input[read++];
                if (_headerCount == _headerLength)
                {
                    ReadHeader();
                }
            }
        }

        consumed = CloseCode is null ? read : input.Length;
        return written;
    }

    /// <summary>The payload of the last ping that was not taken yet, null if there is none.</summary>
    public byte[]? TakePing()
    {
        var ping = _ping;
        _ping = null;
        return ping;
    }

    private void Take(ReadOnlySpan<byte> from, Span<byte> to)
    {
        _remaining -= from.Length;
        if (masked)
        {
            _mask = Masking.Apply(from, to, _mask);
        }
        else
        {
            from.CopyTo(to);
        }
    }

    private void ReadHeader()
    {
        if (_headerLength == 2)
        {
            ReadOpcode();
            _headerLength += Frame.RestOfHeader(_header[1]);
            if (_headerLength > 2)
            {
                return;
            }
        }

        var length = Frame.PayloadLength(_header);
        if (length > long.MaxValue)
        {
            throw new WebSocketFault("a frame's length has its highest bit set");
        }

        _mask = masked ? MemoryMarshal.Read<uint>(_header.AsSpan(_headerLength - Frame.MaskSize)) : 0;
        _remaining = (long)length;
        (_headerCount, _headerLength) = (0, 2);
        if (_opcode < Frame.Close)
        {
            return;
        }

        _controlCount = 0;
        if (_remaining == 0)
        {
            EndControl();
        }
        else
        {
            _control ??= new byte[Frame.MaxControlPayload];
        }
    }

    private void ReadOpcode()
    {
        var (first, second) = (_header[0], _header[1]);
        if ((first & Frame.Reserved) != 0)
        {
            throw new WebSocketFault("a frame has reserved bits set");
        }

        if ((second & Frame.Masked) != 0 != masked)
        {
            throw new WebSocketFault(masked ? "a frame of the client is not masked" : "a frame of the server is masked");
        }

        var final = (first & Frame.Final) != 0;
        _opcode = (byte)(first & 0x0f);
        switch (_opcode)
        {
            case Frame.Continuation when !_inMessage:
                throw new WebSocketFault("a message begins with a continuation");
            case Frame.Text or Frame.Binary when _inMessage:
                throw new WebSocketFault("a message begins within another");
            case Frame.Continuation or Frame.Text or Frame.Binary:
                _inMessage = !final;
                break;
            case Frame.Close or Frame.Ping or Frame.Pong when !final || (second & ~Frame.Masked) > Frame.MaxControlPayload:
                throw new WebSocketFault("a control frame is fragmented or too long");
            case Frame.Close or Frame.Ping or Frame.Pong:
                break;
            default:
                throw new WebSocketFault($"a frame has the unknown opcode {_opcode}");
        }
    }

    private void EndControl()
    {
        var payload = _control.AsSpan(0, _controlCount);
        switch (_opcode)
        {
            case Frame.Ping:
                _ping = payload.ToArray();
                break;
            case Frame.Close when payload.Length == 1:
                throw new WebSocketFault("a Close frame has half a code");
            case Frame.Close:
                CloseCode = payload.IsEmpty ? Frame.NoStatus : BinaryPrimitives.ReadUInt16BigEndian(payload);
                break;
        }
    }
}
