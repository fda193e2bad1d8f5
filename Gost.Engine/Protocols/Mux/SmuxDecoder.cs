using System.Buffers.Binary;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// Cuts received bytes into frames. Holds 16 bytes, whatever the lengths in the frames say: payload is passed on as it comes. Single-threaded.
/// Source: spec/wire/mux.md section 1.
/// </summary>
/// <param name="version">Version that every frame must have.</param>
/// <param name="frames">Who takes the frames.</param>
internal sealed class SmuxDecoder(int version, ISmuxFrames frames)
{
    private readonly byte[] _head = new byte[SmuxHeader.Size + SmuxHeader.UpdateSize];
    private int _filled;
    private int _needed = SmuxHeader.Size;
    private SmuxHeader _header;
    private int _payloadLeft;
    private bool _sawFrame;

    /// <summary>Takes the next bytes. Throws <see cref="SmuxProtocolException"/>; nothing may be decoded after that.</summary>
    public void Decode(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_payloadLeft > 0)
            {
                var part = bytes[..Math.Min(_payloadLeft, bytes.Length)];
                bytes = bytes[part.Length..];
                _payloadLeft -= part.Length;
                frames.OnData(_header.StreamId, part);
                continue;
            }

            var count = Math.Min(_needed - _filled, bytes.Length);
            bytes[..count].CopyTo(_head.AsSpan(_filled));
            bytes = bytes[count..];
            _filled += count;
            if (_filled == _needed)
            {
                OnHead();
            }
        }
    }

    private void OnHead()
    {
        if (_needed > SmuxHeader.Size)
        {
            (_filled, _needed) = (0, SmuxHeader.Size);
            var update = _head.AsSpan(SmuxHeader.Size);
            frames.OnUpdate(
                _header.StreamId, BinaryPrimitives.ReadUInt32LittleEndian(update), BinaryPrimitives.ReadUInt32LittleEndian(update[sizeof(uint)..]));
            return;
        }

        _header = SmuxHeader.Read(_head);
        Check();
        var isFirst = !_sawFrame;
        _sawFrame = true;
        if (_header.Command == SmuxCommand.Upd)
        {
            _needed = SmuxHeader.Size + SmuxHeader.UpdateSize;
            return;
        }

        _filled = 0;
        switch (_header.Command)
        {
            case SmuxCommand.Syn:
                frames.OnOpen(_header.StreamId);
                break;
            case SmuxCommand.Fin:
                frames.OnEnd(_header.StreamId);
                break;
            case SmuxCommand.Nop:
                frames.OnKeepAlive(_header.StreamId, isFirst);
                break;
            default:
                _payloadLeft = _header.Length;
                break;
        }
    }

    private void Check()
    {
        if (_header.Version != version)
        {
            throw new SmuxProtocolException($"the far end sent a frame of smux version {_header.Version}, this end speaks {version} (mux.version must be equal)");
        }

        var fits = _header.Command switch
        {
            SmuxCommand.Psh => true,
            SmuxCommand.Upd => _header.Length == SmuxHeader.UpdateSize,
            SmuxCommand.Syn or SmuxCommand.Fin or SmuxCommand.Nop => _header.Length == 0,
            _ => throw new SmuxProtocolException($"the far end sent an unknown smux command {(byte)_header.Command}"),
        };
        if (!fits)
        {
            throw new SmuxProtocolException($"the far end sent a smux frame {_header.Command} of {_header.Length} bytes");
        }
    }
}
