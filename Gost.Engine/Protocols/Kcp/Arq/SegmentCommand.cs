namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>What a segment is. Source: spec/wire/transports.md section 7.4.</summary>
internal enum SegmentCommand : byte
{
    /// <summary>Data.</summary>
    Push = 81,

    /// <summary>One segment has arrived.</summary>
    Ack = 82,

    /// <summary>How large is your window?</summary>
    WindowAsk = 83,

    /// <summary>This is how large mine is.</summary>
    WindowTell = 84,
}
