using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Gost.Engine.Layers;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// A TCP listener at the far end of a tunnel: accepts the streams of the session, reads the message that each begins with, and pushes them. What
/// connectors answer to a bind of TCP. Owns the session. Source: spec/wire/remote-forwarding.md sections 2 and 3.
/// </summary>
/// <remarks>A stream that begins badly, or not in time, is closed alone; GOST drops the whole tunnel with the connections of everybody else.</remarks>
/// <param name="session">The session, in which this end is smux's server.</param>
/// <param name="bound">Where the far end listens.</param>
/// <param name="readGreeting">Reads the message of a stream and gives the peer's address; null = without one. Throws <see cref="FlowException"/>.</param>
/// <param name="engine">Shared services.</param>
internal sealed class TunnelStreamListener(
    SmuxSession session, EndPoint? bound, Func<DuplexStream, CancellationToken, ValueTask<EndPoint?>> readGreeting, EngineServices engine) : ITunnel
{
    private static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(15);

    private readonly HandshakeTracker _greetings = new();
    private readonly ILogger _logger = engine.Loggers.CreateLogger<TunnelStreamListener>();
    private int _isShort;

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => bound;

    /// <inheritdoc/>
    public int LiveFlows => session.StreamCount;

    /// <summary>Nothing: the far end has bound already.</summary>
    public ValueTask BindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Runs until stopped; throws <see cref="FlowException"/> (accept) when the tunnel has ended.</summary>
    public async Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        try
        {
            while (await session.AcceptStreamAsync(stopping) is { } stream)
            {
                if (!_greetings.TryStart(closing => GreetAsync(stream, sink, closing)))
                {
                    RemoteLog.StreamRefused(_logger, bound, $"{HandshakeTracker.MaxPending} connections have not said whose they are");
                    await stream.DisposeAsync();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        throw new FlowException(
            FlowLayer.Accept, FlowError.Failed, $"the tunnel broke: {session.Fault?.Message ?? "the far end closed it"}", session.Fault);
    }

    /// <summary>Ends the session with all its streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        await _greetings.DisposeAsync();
    }

    private async ValueTask GreetAsync(DuplexStream stream, IInboundSink sink, CancellationToken closing)
    {
        using CancellationTokenSource timer = new(GreetingTime, engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, closing);
        try
        {
            var peer = await readGreeting(stream, either.Token) ?? stream.RemoteEndPoint ?? new IPEndPoint(IPAddress.Any, 0);
            if (!HasRoom(sink) || engine.Descriptors.TryAdmit() is not { } ticket)
            {
                RemoteLog.StreamRefused(_logger, bound, "too many open files");
                await stream.DisposeAsync();
                return;
            }

            if (!sink.TryAccept(new Inbound(stream, peer, peer, bound) { Ticket = ticket }))
            {
                ticket.Settle();
                RemoteLog.StreamRefused(_logger, bound, $"{peer} is not wanted");
                await stream.DisposeAsync();
            }
        }
        catch (Exception e) when (e is FlowException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            RemoteLog.StreamRefused(_logger, bound, timer.IsCancellationRequested ? "no greeting in time" : e.Message);
            await stream.DisposeAsync();
        }
    }

    /// <summary>Whether the way to a target can be opened; says so in the status when it cannot, and when it can again.</summary>
    private bool HasRoom(IInboundSink sink)
    {
        var room = engine.Descriptors.HasRoom(1);
        if (Interlocked.Exchange(ref _isShort, room ? 0 : 1) is var before && (before == 0) != room)
        {
            sink.ReportFault(room ? null : engine.Descriptors.CreateFault());
        }

        return room;
    }
}
