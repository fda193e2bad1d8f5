using System.Buffers.Binary;
using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Engine.Protocols.Kcp.Fec;

/// <summary>
/// Collects the shards of one direction and recovers lost data shards as soon as as many of a group are there as it has data shards. Bounded: the groups
/// seen last. Single-threaded. Source: spec/wire/transports.md section 7.3.
/// </summary>
internal sealed class FecDecoder : IDisposable
{
    private const int MostGroups = 16;
    private const int FewestGroups = 3;
    private const int MostBytes = 1024 * 1024;

    private readonly FecMatrix _matrix;
    private readonly FecGroup[] _groups;
    private readonly byte[] _system;
    private readonly byte[] _inverse;
    private readonly int[] _missing;
    private readonly int[] _parities;
    private int _latest;
    private bool _isMismatch;

    /// <summary>For shards (SIZE included) of at most <paramref name="longest"/> bytes; longer ones pass, but are not recovered.</summary>
    public FecDecoder(FecMatrix matrix, int longest)
    {
        _matrix = matrix;
        _groups = new FecGroup[Math.Clamp(MostBytes / (matrix.TotalShards * longest), FewestGroups, MostGroups)];
        for (var i = 0; i < _groups.Length; i++)
        {
            _groups[i] = new FecGroup(matrix.TotalShards, longest);
        }

        var unknowns = Math.Min(matrix.DataShards, matrix.ParityShards);
        _system = new byte[unknowns * unknowns];
        _inverse = new byte[unknowns * unknowns];
        _missing = new int[unknowns];
        _parities = new int[unknowns];
    }

    /// <summary>
    /// Takes a shard from SIZE on (parity: what stands in its place), and gives what can be recovered with it to <paramref name="sink"/>. The data shard
    /// itself is the caller's to give.
    /// </summary>
    public void Add(uint sequence, bool isData, ReadOnlySpan<byte> shard, ISegmentSink sink)
    {
        var index = (int)(sequence % (uint)_matrix.TotalShards);
        if (_isMismatch || isData != index < _matrix.DataShards)
        {
            // The far end makes groups of another size: nothing can be recovered, and what it did give would be rubbish.
            _isMismatch = true;
            return;
        }

        var group = Find(sequence / (uint)_matrix.TotalShards);
        if (!group.TryAdd(index, shard) || group.Count < _matrix.DataShards)
        {
            return;
        }

        Recover(group, sink);
        group.Finish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var group in _groups)
        {
            group.Dispose();
        }
    }

    private FecGroup Find(uint number)
    {
        // From the latest backwards: that is the one in nearly all cases.
        for (var i = 0; i < _groups.Length; i++)
        {
            var at = _latest - i;
            var group = _groups[at < 0 ? at + _groups.Length : at];
            if (group.Number == number)
            {
                return group;
            }
        }

        _latest = _latest + 1 == _groups.Length ? 0 : _latest + 1;
        _groups[_latest].Begin(number);
        return _groups[_latest];
    }

    private void Recover(FecGroup group, ISegmentSink sink)
    {
        var (unknowns, length) = (0, 0);
        for (var i = 0; i < _matrix.DataShards; i++)
        {
            if (group.LengthOf(i) == 0)
            {
                _missing[unknowns++] = i;
            }
        }

        // As many parity shards as data shards are missing: the group is just complete.
        var found = 0;
        for (var i = 0; found < unknowns; i++)
        {
            if (group.LengthOf(_matrix.DataShards + i) is not 0 and var here)
            {
                _parities[found++] = i;
                length = Math.Max(length, here);
            }
        }

        if (unknowns > 0 && TrySolve(group, unknowns, length))
        {
            Give(group, unknowns, length, sink);
        }
    }

    private bool TrySolve(FecGroup group, int unknowns, int length)
    {
        for (var i = 0; i < unknowns; i++)
        {
            // What the data shards that are here contributed is taken off; the rest is of the missing ones.
            var parity = _parities[i];
            group.Extend(_matrix.DataShards + parity, length);
            var rest = group[_matrix.DataShards + parity];
            for (var data = 0; data < _matrix.DataShards; data++)
            {
                var here = group.LengthOf(data);
                if (here > length)
                {
                    return false;
                }

                if (here > 0)
                {
                    GaloisField.MultiplyAdd(_matrix[parity, data], group[data], rest);
                }
            }

            for (var j = 0; j < unknowns; j++)
            {
                _system[(i * unknowns) + j] = _matrix[parity, _missing[j]];
            }
        }

        return GaloisField.TryInvert(_system, _inverse, unknowns);
    }

    private void Give(FecGroup group, int unknowns, int length, ISegmentSink sink)
    {
        for (var j = 0; j < unknowns; j++)
        {
            var data = group.AddBlank(_missing[j], length);
            for (var i = 0; i < unknowns; i++)
            {
                GaloisField.MultiplyAdd(_inverse[(j * unknowns) + i], group[_matrix.DataShards + _parities[i]], data);
            }

            var size = length < FecHeader.LengthSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(data);
            if (size > FecHeader.LengthSize && size <= length)
            {
                sink.OnSegments(data[FecHeader.LengthSize..size]);
            }
        }
    }
}
