namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>A segment that is to be sent, or was and is not acknowledged.</summary>
internal struct OutgoingSegment
{
    /// <summary>Where its data is; none any more when <see cref="IsTaken"/>.</summary>
    public int Slot;

    /// <summary>Bytes of data.</summary>
    public int Length;

    /// <summary>How often it was sent.</summary>
    public int Transmissions;

    /// <summary>How many segments that were sent later have arrived.</summary>
    public int Overtaken;

    /// <summary>Timestamp of the last transmission.</summary>
    public uint Timestamp;

    /// <summary>The running number of the last transmission.</summary>
    public uint Order;

    /// <summary>When it is sent again, milliseconds.</summary>
    public uint ResendAt;

    /// <summary>Its own RTO, which grows with each time-out, milliseconds.</summary>
    public int TimeOut;

    /// <summary>It was acknowledged, but an earlier one was not.</summary>
    public bool IsTaken;

    /// <summary>It was acknowledged by the datagram that is being read.</summary>
    public bool IsNewlyTaken;
}
