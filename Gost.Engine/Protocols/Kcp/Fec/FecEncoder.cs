using System.Buffers.Binary;

namespace Gost.Engine.Protocols.Kcp.Fec;

/// <summary>
/// Numbers the data shards of one direction and sums up the parity of each group as they pass, so that no shard is kept. Single-threaded. Source:
/// spec/wire/transports.md section 7.3.
/// </summary>
internal sealed class FecEncoder
{
    private readonly FecMatrix _matrix;
    private readonly byte[] _sums;
    private readonly int _stride;
    private uint _next;
    private int _count;

    /// <summary>For shards (SIZE included) of at most <paramref name="longest"/> bytes.</summary>
    public FecEncoder(FecMatrix matrix, int longest, uint first = 0)
    {
        (_matrix, _stride, _next) = (matrix, longest, first);
        _sums = new byte[matrix.ParityShards * longest];
    }

    /// <summary>Length of the parity shards that are due, header included.</summary>
    public int ParityLength { get; private set; }

    /// <summary>
    /// Fills the header of a data shard: the first <see cref="FecHeader.DataSize"/> bytes of <paramref name="body"/>. True: the group is complete, and
    /// <see cref="WriteParity"/> is due for each parity shard in turn.
    /// </summary>
    public bool AddData(Span<byte> body)
    {
        if (_count == 0)
        {
            _sums.AsSpan().Clear();
            ParityLength = 0;
        }

        var shard = body[FecHeader.Size..];
        WriteHeader(body, FecHeader.Data);
        BinaryPrimitives.WriteUInt16LittleEndian(shard, (ushort)shard.Length);
        ParityLength = Math.Max(ParityLength, body.Length);
        for (var i = 0; i < _matrix.ParityShards; i++)
        {
            GaloisField.MultiplyAdd(_matrix[i, _count], shard, _sums.AsSpan(i * _stride, _stride));
        }

        if (++_count < _matrix.DataShards)
        {
            return false;
        }

        _count = 0;
        return true;
    }

    /// <summary>Writes a parity shard of the complete group into <paramref name="body"/>, which has <see cref="ParityLength"/> bytes.</summary>
    public void WriteParity(int number, Span<byte> body)
    {
        WriteHeader(body, FecHeader.Parity);
        _sums.AsSpan(number * _stride, body.Length - FecHeader.Size).CopyTo(body[FecHeader.Size..]);
    }

    private void WriteHeader(Span<byte> body, ushort flag)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(body, _next);
        BinaryPrimitives.WriteUInt16LittleEndian(body[sizeof(uint)..], flag);
        _next = _next + 1 == _matrix.SequenceEnd ? 0 : _next + 1;
    }
}
