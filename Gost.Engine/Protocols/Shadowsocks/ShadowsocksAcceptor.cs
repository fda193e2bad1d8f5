using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// The server's end of a stream up to the target's address. Who has not the key, or plays a recorded stream again, learns nothing: as long as the header is
/// awaited, what he sends is read and dropped, as if it were still incomplete. Source: spec/wire/shadowsocks.md section 3.
/// </summary>
internal sealed class ShadowsocksAcceptor(string service, ShadowsocksHandlerOptions options, EngineServices engine)
{
    /// <summary>Salts of this service; a change of it forgets none.</summary>
    public SaltFilter Salts { get; } = engine.Memory.Get(service, static () => new SaltFilter());

    /// <summary>The key. Throws <see cref="FlowException"/> where there is none.</summary>
    public ShadowsocksKey Key =>
        options.Key ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "shadowsocks: no usable method and password");

    /// <summary>
    /// Reads salt and address; the stream and the client's target, or null when the client left without a byte. Throws <see cref="FlowException"/>; the
    /// client's stream is disposed then.
    /// </summary>
    public async ValueTask<(ShadowsocksStream Stream, Target Target)?> AcceptAsync(DuplexStream client, TargetNetwork network, CancellationToken stopping)
    {
        using CancellationTokenSource timer = new(options.ReadTimeout, engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        ShadowsocksStream stream = new(client, Key, null, Salts, engine.Buffers);
        var isAccepted = false;
        try
        {
            var target = await ReadAddressAsync(stream, network, either.Token);
            isAccepted = target is not null;
            return target is null ? null : (stream, target);
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new FlowException(
                FlowLayer.Handshake, FlowError.TimedOut, $"shadowsocks: no target's address within {options.ReadTimeout.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"shadowsocks: the connection broke before the target's address: {e.Message}", e);
        }
        finally
        {
            if (!isAccepted)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private static async ValueTask<Target?> ReadAddressAsync(ShadowsocksStream stream, TargetNetwork network, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAddressAsync(network, cancellationToken);
        }
        catch (ShadowsocksFault fault)
        {
            try
            {
                await stream.DrainAsync(cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // Whatever ends it: the reason is the fault.
            }

            throw new FlowException(FlowLayer.Authentication, FlowError.Unauthenticated, fault.Message, fault);
        }
    }
}
