using Gost.Engine.Abstractions;
using Gost.Engine.Layers;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>
/// Takes accepted TCP connections, logs each in as a tracked task of its own, and serves what its client then asks for. Connections outlive the listener
/// that accepted them: what comes over them goes to what the service is at the time; when it is gone they end with their last channel.
/// </summary>
internal sealed class SshSink(
    IInboundSink sink, SshLoginRules rules, HandshakeTracker handshakes, EngineServices engine, Func<SshLogin, SshServerSession> serve) : IInboundSink
{
    private readonly ILogger _logger = engine.Loggers.CreateLogger<SshSink>();

    /// <inheritdoc/>
    public TrafficTotals Totals => sink.Totals;

    /// <inheritdoc/>
    public bool IsOpen => sink.IsOpen;

    /// <inheritdoc/>
    public void ReportFault(FlowException? fault) => sink.ReportFault(fault);

    /// <inheritdoc/>
    public void ReportFailure(FlowException failure) => sink.ReportFailure(failure);

    /// <inheritdoc/>
    public bool TryAccept(Inbound inbound)
    {
        if (!sink.IsOpen || inbound.Stream is null)
        {
            return false;
        }

        if (engine.PasswordTries.WaitOf(inbound.Client) > TimeSpan.Zero && rules.AsksForPasswordsOnly)
        {
            // It has nothing to try for now; not even a key exchange is spent on it.
            return false;
        }

        if (handshakes.TryStart(closing => LogInAsync(inbound, closing)))
        {
            return true;
        }

        if (engine.Faults.TryTake(rules.Service))
        {
            LayerLog.TooManyHandshakes(_logger, rules.Service, inbound.Peer, HandshakeTracker.MaxPending);
        }

        return false;
    }

    private async ValueTask LogInAsync(Inbound inbound, CancellationToken closing)
    {
        SshLogin login = new(inbound, rules, engine, _logger);
        try
        {
            // The connection itself leads to no target; each of its channels takes a ticket of its own.
            inbound.Ticket?.Settle();
            await login.RunAsync(closing);
            var session = serve(login);
            engine.Sessions.Add(session, () => sink.IsOpen, session.ServeAsync);
        }
        catch (Exception e)
        {
            if (!closing.IsCancellationRequested)
            {
                var failure = login.Explain(e);
                sink.ReportFailure(failure);
                if (_logger.IsEnabled(LogLevel.Debug) && engine.Faults.TryTake(rules.Service))
                {
                    SshLog.HandshakeFailed(_logger, rules.Service, inbound.Client, failure.Message);
                }
            }

            await inbound.DisposeAsync();
            throw;
        }
    }
}
