using System.Buffers;

namespace Gost.Engine.Protocols.Kcp.Fec;

/// <summary>The shards of one group that have come in; rents room for them while the group can still be completed. Single-threaded.</summary>
internal sealed class FecGroup : IDisposable
{
    private readonly int _stride;
    private readonly int[] _lengths;
    private byte[]? _room;

    /// <summary>An empty group whose shards have at most <paramref name="stride"/> bytes.</summary>
    public FecGroup(int shards, int stride) => (_lengths, _stride) = (new int[shards], stride);

    /// <summary>Which group it is; null = none yet.</summary>
    public uint? Number { get; private set; }

    /// <summary>Whether nothing more is wanted of it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Shards that are here, data and parity.</summary>
    public int Count { get; private set; }

    /// <summary>Becomes another group.</summary>
    public void Begin(uint number)
    {
        Finish();
        Array.Clear(_lengths);
        (Number, Count, IsOver) = (number, 0, false);
    }

    /// <summary>Bytes of a shard, 0 = it is missing.</summary>
    public int LengthOf(int shard) => _lengths[shard];

    /// <summary>A shard that is here.</summary>
    public Span<byte> this[int shard] => _room.AsSpan(shard * _stride, _lengths[shard]);

    /// <summary>Keeps a shard. False: it is here already, or has no length that a shard has.</summary>
    public bool TryAdd(int shard, ReadOnlySpan<byte> bytes)
    {
        if (IsOver || _lengths[shard] != 0 || bytes.Length > _stride || bytes.Length < FecHeader.LengthSize)
        {
            return false;
        }

        _room ??= ArrayPool<byte>.Shared.Rent(_lengths.Length * _stride);
        bytes.CopyTo(_room.AsSpan(shard * _stride));
        _lengths[shard] = bytes.Length;
        Count++;
        return true;
    }

    /// <summary>Room for a missing shard of <paramref name="length"/> zeros, which is here from now on.</summary>
    public Span<byte> AddBlank(int shard, int length)
    {
        _lengths[shard] = length;
        var room = this[shard];
        room.Clear();
        return room;
    }

    /// <summary>Makes a shard longer by zeros.</summary>
    public void Extend(int shard, int length)
    {
        var before = _lengths[shard];
        _lengths[shard] = length;
        this[shard][before..].Clear();
    }

    /// <summary>Nothing more is wanted of it: gives the room back.</summary>
    public void Finish()
    {
        IsOver = true;
        if (_room is { } room)
        {
            _room = null;
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Finish();
}
