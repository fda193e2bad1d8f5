namespace Gost.Engine.Protocols.Kcp;

/// <summary>The clock of a session: milliseconds since it began, modulo 2^32. Thread-safe.</summary>
internal sealed class KcpClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>What time it is.</summary>
    public uint Now => unchecked((uint)(long)time.GetElapsedTime(_start).TotalMilliseconds);
}
