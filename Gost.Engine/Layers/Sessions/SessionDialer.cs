using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Layers.Sessions;

/// <summary>
/// Dials streams of sessions that are kept per node address and shared by all flows; a dead session is dialled again. Disposing lets the sessions go: they
/// end with their last stream, and what is dialled later is not kept. Thread-safe. Source: spec/wire/mux.md section 7.
/// </summary>
internal sealed class SessionDialer(SessionDialer.Connect connect, EngineServices engine) : IDialer, IAsyncDisposable
{
    /// <summary>
    /// A session without streams is closed after this time: longer than a minute, so that what runs once a minute finds it open, and short enough that
    /// nodes that are no longer selected cost nothing.
    /// </summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(90);

    /// <summary>A dial that takes longer ends for all that wait for it; each flow gives up by its own limit.</summary>
    public static readonly TimeSpan DialTime = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Dials a session to a node; the dialer owns it. Throws <see cref="FlowException"/>. Runs on another thread than the flows that wait for it.
    /// </summary>
    internal delegate ValueTask<IStreamSession> Connect(NodeContext node, CancellationToken cancellationToken);

    private readonly ILogger _logger = engine.Loggers.CreateLogger<SessionDialer>();
    private readonly Lock _gate = new();
    private readonly Dictionary<Target, DialledSession> _sessions = [];
    private readonly Dictionary<Target, SharedDial> _dials = [];
    private volatile bool _disposed;

    /// <summary>Sessions that are kept.</summary>
    public int SessionCount
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var session = Find(node, out var dial) ?? await dial!.WaitAsync(cancellationToken); // one of the two is there
            try
            {
                return await session.OpenAsync(cancellationToken);
            }
            catch (FlowException) when (attempt == 0)
            {
                // It ended between being found and being used: once more, with a new one.
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        DialledSession[] sessions;
        lock (_gate)
        {
            _disposed = true;
            sessions = [.. _sessions.Values];
            _sessions.Clear();
        }

        foreach (var session in sessions)
        {
            session.CloseWhenIdle();
        }

        return ValueTask.CompletedTask;
    }

    private DialledSession? Find(NodeContext node, out SharedDial? dial)
    {
        dial = null;
        lock (_gate)
        {
            if (_sessions.TryGetValue(node.Address, out var session) && session.CanOpen)
            {
                return session;
            }

            if (!_dials.TryGetValue(node.Address, out dial) || !dial.TryJoin())
            {
                // It begins on another thread and ends behind this lock, so it is listed before it removes itself.
                SharedDial? started = null;
                _dials[node.Address] = started = dial = new SharedDial(x => DialSessionAsync(node, () => started, x), DialTime, engine.Time);
            }

            return null;
        }
    }

    private async Task<DialledSession> DialSessionAsync(NodeContext node, Func<SharedDial?> self, CancellationToken cancellationToken)
    {
        try
        {
            var opened = await connect(node, cancellationToken);
            DialledSession session = new(opened, engine.Time);
            lock (_gate)
            {
                if (!_disposed)
                {
                    _sessions[node.Address] = session;
                }
            }

            SessionLog.Dialled(_logger, node.Address.ToString());
            engine.Sessions.Add(opened, () => !_disposed && session.IdleFor < IdleTime, _ => ServeAsync(node.Address, opened, session));
            return session;
        }
        finally
        {
            lock (_gate)
            {
                if (_dials.GetValueOrDefault(node.Address) == self())
                {
                    _dials.Remove(node.Address);
                }
            }
        }
    }

    private async Task ServeAsync(Target address, IStreamSession opened, DialledSession session)
    {
        await opened.Completion;
        lock (_gate)
        {
            if (_sessions.GetValueOrDefault(address) == session)
            {
                _sessions.Remove(address);
            }
        }

        SessionLog.Ended(_logger, address.ToString(), opened.Fault?.Message ?? "closed");
    }
}
