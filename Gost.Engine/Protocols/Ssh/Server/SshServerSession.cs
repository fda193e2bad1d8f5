using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Gost.Ssh;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>The connection of a client that has logged in; what it asks for becomes flows of the service.</summary>
internal abstract class SshServerSession : ISharedSession
{
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();

    /// <summary>A session that is served by <see cref="ServeAsync"/>.</summary>
    protected SshServerSession(SshLogin login, IInboundSink sink, SshLoginRules rules, EngineServices engine)
    {
        (Login, Sink, Rules, Engine) = (login, sink, rules, engine);
        _logger = engine.Loggers.CreateLogger<SshServerSession>();
        Ending = _ending.Token;
    }

    /// <inheritdoc/>
    public Task Completion => Connection.Completion;

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Ending { get; }

    protected SshLogin Login { get; }

    protected IInboundSink Sink { get; }

    protected SshLoginRules Rules { get; }

    protected EngineServices Engine { get; }

    protected SshConnection Connection => Login.Connection;

    protected EndPoint Client => Login.Client;

    /// <inheritdoc/>
    public virtual void CloseWhenIdle() => Connection.CloseWhenIdle();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    /// <summary>Serves until the connection has ended.</summary>
    public async Task ServeAsync(CancellationToken closing)
    {
        try
        {
            await Task.WhenAll(ServeChannelsAsync(closing), ServeRequestsAsync(closing));
            await Connection.Completion;
        }
        finally
        {
            await _ending.CancelAsync();
            await EndAsync();
            _ending.Dispose();
            if (_logger.IsEnabled(LogLevel.Debug))
            {
                SshLog.SessionEnded(_logger, Rules.Service, Client, Connection.Fault?.Message ?? "closed");
            }
        }

        if (Connection.Fault is SshException { Failure: SshFailure.Protocol } fault)
        {
            Sink.ReportFailure(new FlowException(FlowLayer.Handshake, FlowError.Failed, $"client {Client}: {fault.Message}", fault));
        }
    }

    /// <summary>A channel that the client opens; it is answered here or by what takes it. Throws <see cref="SshException"/> for data that is none.</summary>
    protected abstract ValueTask OnChannelAsync(SshChannelOpening opening, CancellationToken closing);

    /// <summary>A request of the client; answered here or by what takes it. Throws <see cref="SshException"/> for data that is none.</summary>
    protected virtual ValueTask OnRequestAsync(SshGlobalRequest request, CancellationToken closing) => request.ReplyAsync(false);

    /// <summary>The connection has ended.</summary>
    protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    /// <summary>Gives a flow to the service. False: it does not want it; the caller still owns it.</summary>
    protected async ValueTask<bool> OfferAsync(Func<FlowTicket, Inbound> flow, CancellationToken closing)
    {
        var ticket = Engine.Descriptors.TryAdmit() ?? await WaitForTicketAsync(closing);
        if (Sink.TryAccept(flow(ticket)))
        {
            return true;
        }

        ticket.Settle();
        return false;
    }

    private async Task ServeChannelsAsync(CancellationToken closing)
    {
        while (await Connection.AcceptChannelAsync(closing) is { } opening)
        {
            try
            {
                await OnChannelAsync(opening, closing);
            }
            catch (SshException e)
            {
                await opening.RejectAsync(SshOpenRefusal.AdministrativelyProhibited, e.Message);
            }
        }
    }

    private async Task ServeRequestsAsync(CancellationToken closing)
    {
        while (await Connection.ReceiveRequestAsync(closing) is { } request)
        {
            try
            {
                await OnRequestAsync(request, closing);
            }
            catch (SshException)
            {
                await request.ReplyAsync(false);
            }
        }
    }

    /// <summary>Out of descriptors: the channels of this connection wait, as accepted connections do.</summary>
    private async Task<FlowTicket> WaitForTicketAsync(CancellationToken closing)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(closing, Ending);
        FlowTicket? ticket;
        do
        {
            Sink.ReportFault(Engine.Descriptors.CreateFault());
            await Engine.Descriptors.WaitForRoomAsync(either.Token);
            ticket = Engine.Descriptors.TryAdmit();
        }
        while (ticket is null);
        Sink.ReportFault(null);
        return ticket;
    }
}
