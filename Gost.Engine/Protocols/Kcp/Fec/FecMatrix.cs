namespace Gost.Engine.Protocols.Kcp.Fec;

/// <summary>
/// How the parity shards of a group are made of its data shards: the Vandermonde matrix V[r][c] = r^c times the inverse of its top square, which leaves the
/// data shards as they are. Immutable. Source: spec/wire/transports.md section 7.3.
/// </summary>
internal sealed class FecMatrix
{
    /// <summary>Data and parity shards of a group together, at most: the elements of the field.</summary>
    public const int MaxShards = 256;

    private readonly byte[] _rows;

    /// <summary>The matrix of <paramref name="data"/> and <paramref name="parity"/> shards, each at least one.</summary>
    public FecMatrix(int data, int parity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(data, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data + parity, MaxShards);
        (DataShards, ParityShards) = (data, parity);
        var top = new byte[data * data];
        var inverse = new byte[data * data];
        for (var row = 0; row < data; row++)
        {
            for (var column = 0; column < data; column++)
            {
                top[(row * data) + column] = GaloisField.Power((byte)row, column);
            }
        }

        if (!GaloisField.TryInvert(top, inverse, data))
        {
            throw new InvalidOperationException("a Vandermonde matrix of different elements has an inverse");
        }

        _rows = new byte[parity * data];
        for (var row = 0; row < parity; row++)
        {
            for (var i = 0; i < data; i++)
            {
                GaloisField.MultiplyAdd(GaloisField.Power((byte)(data + row), i), inverse.AsSpan(i * data, data), _rows.AsSpan(row * data, data));
            }
        }
    }

    /// <summary>Data shards of a group.</summary>
    public int DataShards { get; }

    /// <summary>Parity shards of a group.</summary>
    public int ParityShards { get; }

    /// <summary>Shards of a group.</summary>
    public int TotalShards => DataShards + ParityShards;

    /// <summary>Numbers of shards wrap here to zero: the last whole group of what 32 bits count.</summary>
    public uint SequenceEnd => uint.MaxValue / (uint)TotalShards * (uint)TotalShards;

    /// <summary>What a data shard is multiplied with for a parity shard.</summary>
    public byte this[int parity, int data] => _rows[(parity * DataShards) + data];
}
