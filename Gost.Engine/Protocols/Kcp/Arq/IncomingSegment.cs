namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>A received segment that waits to be read or for an earlier one.</summary>
internal struct IncomingSegment
{
    /// <summary>Whether it has arrived.</summary>
    public bool IsHere;

    /// <summary>Where its data is.</summary>
    public int Slot;

    /// <summary>Bytes of data.</summary>
    public int Length;
}
