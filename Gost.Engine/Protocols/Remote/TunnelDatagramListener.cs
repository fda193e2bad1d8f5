using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// A UDP listener at the far end of a tunnel: sorts the datagrams of one channel into sessions by peer. What connectors answer to a bind of UDP. Owns
/// the channel. Source: spec/wire/remote-forwarding.md section 5, udp.md section 6.
/// </summary>
/// <param name="channel">The tunnel: datagrams name the outside peer; several sessions send into it at once.</param>
/// <param name="bound">Where the far end listens.</param>
/// <param name="engine">Shared services.</param>
internal sealed class TunnelDatagramListener(IDatagramChannel channel, EndPoint? bound, EngineServices engine) : IListener
{
    /// <summary>Datagrams taken in a row before other work gets the thread.</summary>
    private const int Burst = 128;

    private readonly ILogger _logger = engine.Loggers.CreateLogger<TunnelDatagramListener>();

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => bound;

    /// <summary>Nothing: the far end has bound already.</summary>
    public ValueTask BindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Runs until stopped; throws <see cref="FlowException"/> (accept) when the tunnel has ended. Its sessions end with it.</summary>
    public async Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        using UdpSessionTable sessions = new(new TunnelDatagramPort(channel, bound), engine.Descriptors, engine.Time, _logger);
        try
        {
            await ReceiveAsync(sink, sessions, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or FlowException)
        {
            throw new FlowException(FlowLayer.Accept, FlowError.Failed, $"the tunnel broke: {e.Message}", e);
        }

        throw new FlowException(FlowLayer.Accept, FlowError.Failed, "the tunnel broke: the far end closed it");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => channel.DisposeAsync();

    private async ValueTask ReceiveAsync(IInboundSink sink, UdpSessionTable sessions, CancellationToken stopping)
    {
        UdpAttachment fallback = new(sink, new UdpSessionOptions { KeepAlive = true });
        UdpAttachment? known = null;
        var current = sink is ISessionSink source ? source.Sessions : fallback;
        byte[] buffer = [];
        var burst = 0;
        while (true)
        {
            // Options of a change act from the second datagram on: the first one is being waited for already.
            var size = (current ?? fallback).Options.ReadBufferSize;
            if (buffer.Length != size)
            {
                buffer = GC.AllocateUninitializedArray<byte>(size);
            }

            if (await channel.ReceiveAsync(buffer, stopping) is not { } datagram)
            {
                return;
            }

            current = sink is ISessionSink own ? own.Sessions : fallback;
            if (current is not null && current != known)
            {
                known = current;
                sessions.Attach(current);
            }

            if (datagram.From is { } peer)
            {
                Take(sessions, peer, buffer.AsMemory(0, datagram.Length), current);
            }

            if (++burst % Burst == 0)
            {
                await Task.Yield();
            }
        }
    }

    private void Take(UdpSessionTable sessions, Target peer, ReadOnlyMemory<byte> datagram, UdpAttachment? attachment)
    {
        try
        {
            if (!sessions.TryDeliver(peer, datagram) && attachment is not null)
            {
                sessions.Open(peer, datagram, attachment);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of one flow must not end the others'.
            RemoteLog.DatagramsFailed(_logger, bound, e.Message);
        }
    }
}
