namespace Gost.Engine.Protocols.Kcp.Fec;

/// <summary>The header of a shard: SEQID(4) FLAG(2), and SIZE(2), which data shards have and which parity covers. Little-endian. Source: spec/wire/transports.md section 7.3.</summary>
internal static class FecHeader
{
    /// <summary>SEQID and FLAG.</summary>
    public const int Size = 6;

    /// <summary>SIZE of a data shard; counts itself.</summary>
    public const int LengthSize = 2;

    /// <summary>All of a data shard's header.</summary>
    public const int DataSize = Size + LengthSize;

    /// <summary>FLAG of a data shard.</summary>
    public const ushort Data = 0xf1;

    /// <summary>FLAG of a parity shard.</summary>
    public const ushort Parity = 0xf2;
}
