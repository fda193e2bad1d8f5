using System.Net;
using System.Net.Quic;
using System.Runtime.Versioning;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Quic.MsQuic;

/// <summary>A listener of the library.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicPort(QuicListener listener) : IQuicPort
{
    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint => listener.LocalEndPoint;

    /// <inheritdoc/>
    public async ValueTask<IQuicLink?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new MsQuicLink(await listener.AcceptConnectionAsync(cancellationToken));
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (QuicException e) when (e.QuicError == QuicError.OperationAborted)
            {
                return null;
            }
            catch (Exception e) when (e is RefusedClientException || e.InnerException is RefusedClientException)
            {
                // The next one.
            }
            catch (Exception e) when (MsQuicStack.Failure(e, FlowLayer.Handshake, "a client's QUIC handshake") is { } failure)
            {
                throw failure;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
