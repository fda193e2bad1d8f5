using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// Many streams over one: smux v1 or v2 in either role. Thread-safe. Owns the transport. One stalled stream never stops the others.
/// Source: spec/wire/mux.md.
/// </summary>
internal sealed class SmuxSession : IAsyncDisposable
{
    private SmuxSession()
    {
    }

    /// <summary>Starts a session over <paramref name="transport"/>, which it takes over. <paramref name="isClient"/>: opens odd ids, else even ones.</summary>
    public static SmuxSession Start(DuplexStream transport, SmuxOptions options, bool isClient, EngineServices engine) => throw new NotSupportedException("mux");

    /// <summary>Ends when the session has ended, whoever ended it; never faults.</summary>
    public Task Completion => throw new NotSupportedException("mux");

    /// <summary>Why it ended, null while it lives or when it was closed properly.</summary>
    public Exception? Fault => throw new NotSupportedException("mux");

    /// <summary>Streams that are open now.</summary>
    public int StreamCount => throw new NotSupportedException("mux");

    /// <summary>Timestamp (of the engine's <see cref="TimeProvider"/>) of the last frame received.</summary>
    public long LastReceived => throw new NotSupportedException("mux");

    /// <summary>Opens a stream; the caller owns it. Throws <see cref="FlowException"/> (handshake) when the session has ended or is out of ids.</summary>
    public ValueTask<DuplexStream> OpenStreamAsync(CancellationToken cancellationToken) => throw new NotSupportedException("mux");

    /// <summary>The next stream that the peer opened, which the caller owns; null when the session has ended.</summary>
    public ValueTask<DuplexStream?> AcceptStreamAsync(CancellationToken cancellationToken) => throw new NotSupportedException("mux");

    /// <summary>No more streams are opened or accepted; ends when the last one has.</summary>
    public void CloseWhenIdle() => throw new NotSupportedException("mux");

    /// <summary>Ends the session with all its streams.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException("mux");
}
