using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Runtime;
using Gost.Ssh;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>
/// A connection to an SSH server that flows share. What the server opens or asks for unasked is refused. When an answer stays away the server is asked for
/// a sign of life, so that a connection that is dead without anybody's word is given up. Thread-safe.
/// </summary>
internal abstract class SshClientSession : IStreamSession
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private Task _probe = Task.CompletedTask;
    private int _uses;
    private bool _closing;

    /// <summary>Takes over a connection that has logged in.</summary>
    protected SshClientSession(SshConnection connection, Target node, EndPoint? local, EndPoint? remote, EngineServices engine)
    {
        (Connection, Node, Local, Remote, Engine) = (connection, node, local, remote, engine);
        _logger = engine.Loggers.CreateLogger<SshClientSession>();
        _ended = _ending.Token;
        Completion = ServeAsync();
    }

    /// <inheritdoc/>
    public Task Completion { get; }

    /// <inheritdoc/>
    public bool CanOpen => Connection.IsOpen && !Volatile.Read(ref _closing);

    /// <inheritdoc/>
    public int StreamCount => Connection.ChannelCount + Volatile.Read(ref _uses);

    /// <inheritdoc/>
    public Exception? Fault => Connection.Fault;

    /// <summary>The node's address.</summary>
    public Target Node { get; }

    /// <summary>This end of the connection below.</summary>
    public EndPoint? Local { get; }

    /// <summary>The far end of it.</summary>
    public EndPoint? Remote { get; }

    /// <summary>Shared services.</summary>
    public EngineServices Engine { get; }

    protected SshConnection Connection { get; }

    /// <inheritdoc/>
    public abstract ValueTask<DuplexStream> OpenStreamAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public void CloseWhenIdle()
    {
        lock (_gate)
        {
            _closing = true;
            if (_uses > 0)
            {
                return;
            }
        }

        Connection.CloseWhenIdle();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await Completion;
    }

    /// <summary>Somebody uses the connection without a channel: it stays until <see cref="Release"/>.</summary>
    public void Use()
    {
        lock (_gate)
        {
            _uses++;
        }
    }

    /// <summary>The end of a <see cref="Use"/>.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (--_uses > 0 || !_closing)
            {
                return;
            }
        }

        Connection.CloseWhenIdle();
    }

    /// <summary>
    /// Asks the server for a sign of life and ends the connection when there is none; one at a time. For when the server did not answer.
    /// </summary>
    public void Probe()
    {
        lock (_gate)
        {
            if (_probe.IsCompleted && Connection.IsOpen)
            {
                _probe = ProbeAsync();
            }
        }
    }

    /// <summary>Opens a channel; throws <see cref="SshException"/> where the server refuses, <see cref="FlowException"/> where the connection has ended.</summary>
    protected async ValueTask<SshChannel> OpenChannelAsync(string type, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            return await Connection.OpenChannelAsync(type, data, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Probe();
            throw;
        }
        catch (SshException e) when (e.Failure != SshFailure.Refused)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, $"the SSH connection has ended: {e.Message}", e);
        }
    }

    /// <summary>A channel that the server opens; answered here or by what takes it.</summary>
    protected virtual ValueTask OnChannelAsync(SshChannelOpening opening, CancellationToken closing) =>
        RefuseAsync(opening, SshOpenRefusal.AdministrativelyProhibited, "nothing was asked for");

    /// <summary>Refuses a channel that the server opens.</summary>
    protected ValueTask RefuseAsync(SshChannelOpening opening, SshOpenRefusal reason, string text)
    {
        SshLog.ChannelRefused(_logger, opening.Type, Node, text);
        return opening.RejectAsync(reason, text);
    }

    private async Task ServeAsync()
    {
        // The connection is not given out before the constructors are over.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await Task.WhenAll(ServeChannelsAsync(), ServeRequestsAsync());
        }
        catch (Exception e) when (e is SshException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Its end is told by the connection.
        }

        await Connection.Completion;
        Task probe;
        lock (_gate)
        {
            probe = _probe;
        }

        await _ending.CancelAsync();
        await probe;
    }

    private async Task ServeChannelsAsync()
    {
        while (await Connection.AcceptChannelAsync(CancellationToken.None) is { } opening)
        {
            try
            {
                await OnChannelAsync(opening, _ended);
            }
            catch (SshException e)
            {
                await RefuseAsync(opening, SshOpenRefusal.AdministrativelyProhibited, e.Message);
            }
        }
    }

    private async Task ServeRequestsAsync()
    {
        while (await Connection.ReceiveRequestAsync(CancellationToken.None) is { } request)
        {
            await request.ReplyAsync(false);
        }
    }

    private async Task ProbeAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using CancellationTokenSource timer = new(ProbeTime, Engine.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _ended);
        try
        {
            // A refusal is an answer as well.
            await Connection.RequestAsync("keepalive@openssh.com", ReadOnlyMemory<byte>.Empty, either.Token);
        }
        catch (OperationCanceledException) when (!_ended.IsCancellationRequested)
        {
            await Connection.DisposeAsync();
        }
        catch (Exception e) when (e is SshException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It has ended by itself.
        }
    }
}
