namespace Gost.Engine.Relaying;

/// <summary>How far one turn of a <see cref="SocketFlow"/> got.</summary>
internal enum SocketStep
{
    /// <summary>Until the kernel had no more, or took no more.</summary>
    Waits,

    /// <summary>Its turn is over, there may be more.</summary>
    More,

    /// <summary>All was passed on, and the source has ended.</summary>
    Ended,

    /// <summary>The source broke.</summary>
    ReadFailed,

    /// <summary>The sink broke.</summary>
    WriteFailed,
}
