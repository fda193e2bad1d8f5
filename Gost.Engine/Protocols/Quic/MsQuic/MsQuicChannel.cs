using System.Net.Quic;
using System.Runtime.Versioning;

namespace Gost.Engine.Protocols.Quic.MsQuic;

/// <summary>A stream of the library, whose exceptions are I/O exceptions already.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicChannel(QuicStream stream) : IQuicChannel
{
    private const int Cancelled = 0;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => stream.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => stream.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public void CompleteWrites()
    {
        try
        {
            stream.CompleteWrites();
        }
        catch (ObjectDisposedException)
        {
            // Both directions have ended.
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        try
        {
            stream.Abort(QuicAbortDirection.Both, Cancelled);
        }
        catch (ObjectDisposedException)
        {
            // Both directions have ended.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
