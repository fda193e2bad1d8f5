using System.Net;
using System.Net.Quic;
using System.Runtime.Versioning;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Quic.MsQuic;

/// <summary>A connection of the library.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicLink(QuicConnection connection) : IQuicLink
{
    private const int ClosedNormally = 0;

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint { get; } = EndPointForms.Unmapped(connection.LocalEndPoint);

    /// <inheritdoc/>
    public EndPoint? RemoteEndPoint { get; } = EndPointForms.Unmapped(connection.RemoteEndPoint);

    /// <inheritdoc/>
    public async ValueTask<IQuicChannel> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new MsQuicChannel(await connection.OpenOutboundStreamAsync(QuicStreamType.Bidirectional, cancellationToken));
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("the connection is closed", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IQuicChannel?> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new MsQuicChannel(await connection.AcceptInboundStreamAsync(cancellationToken));
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
        catch (QuicException e) when (e.QuicError == QuicError.OperationAborted
            || (e.QuicError == QuicError.ConnectionAborted && e.ApplicationErrorCode == ClosedNormally))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await connection.CloseAsync(ClosedNormally);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has ended already.
        }

        await connection.DisposeAsync();
    }
}
