using Gost.Ssh.Channels;
using Gost.Ssh.Keys;
using Gost.Ssh.Transport;

namespace Gost.Ssh;

/// <summary>
/// An SSH connection with a user logged in: channels and requests in both directions, whichever side made the connection. Thread-safe. The owner disposes
/// it, which ends every channel; it gives its stream free when it ends by itself, too. Source: RFC 4254.
/// </summary>
public sealed partial class SshConnection : IAsyncDisposable
{
    // A peer that takes nothing is told goodbye no longer than this.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private readonly IPacketTransport _transport;
    private readonly ControlQueue _control;
    private readonly ChannelSet _channels;
    private readonly IncomingRequests _incoming;
    private readonly OutgoingRequests _outgoing;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly bool _peerCuts;
    private Task _receiving = Task.CompletedTask;
    private Task _keeping = Task.CompletedTask;
    private Task? _disposal;
    private Exception? _fault;
    private bool _ended;
    private bool _closeWhenIdle;
    private long _received;

    /// <summary>Takes over a transport with its user known.</summary>
    internal SshConnection(IPacketTransport transport, SshConnectionOptions options, TimeProvider time, string userName, SshPublicKey? userKey, string peer)
    {
        (_transport, _time, UserName, UserKey, PeerIdentification) = (transport, time, userName, userKey, peer);
        _peerCuts = peer.StartsWith(OwnIdentification, StringComparison.Ordinal);
        _control = new ControlQueue(transport, Fail);
        _channels = new ChannelSet(transport, _control, options, OnIdle);
        _incoming = new IncomingRequests(_control, Math.Max(0, options.RequestBacklog));
        _outgoing = new OutgoingRequests(_control);
    }

    /// <summary>What the identification of a peer of our own begins with: it tells a proper end of a channel from a cut.</summary>
    public static string OwnIdentification => "SSH-2.0-Gost_";

    /// <summary>The user who is logged in.</summary>
    public string UserName { get; }

    /// <summary>The key that the user has proved, on a server; null where another method was used.</summary>
    public SshPublicKey? UserKey { get; }

    /// <summary>The line with which the peer introduced itself, such as <c>SSH-2.0-OpenSSH_9.2</c>.</summary>
    public string PeerIdentification { get; }

    /// <summary>Ends when the connection has; never faults.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Why it ended; null while it lives and when it was closed properly.</summary>
    public Exception? Fault
    {
        get
        {
            lock (_gate)
            {
                return _fault;
            }
        }
    }

    /// <summary>Whether channels can be opened.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return !_ended && !_closeWhenIdle && _disposal is null;
            }
        }
    }

    /// <summary>Channels that are opened, or held, by this side's application.</summary>
    public int ChannelCount => _channels.Live;

    /// <summary>
    /// Opens a channel; the caller owns it. Throws <see cref="SshException"/>: with <see cref="SshFailure.Refused"/> and
    /// <see cref="SshException.Refusal"/> when the peer does not open it.
    /// </summary>
    public async ValueTask<SshChannel> OpenChannelAsync(string type, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            var reason = Fault?.Message ?? "the SSH connection was closed";
            throw new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, reason, Fault);
        }

        var channel = _channels.Prepare();
        _control.Add(new ControlMessage(ChannelMessages.Open(type, channel, data.Span)));
        try
        {
            // It is ours: there is always a task.
            return await channel.Opened!.WaitAsync(cancellationToken);
        }
        catch (Exception e)
        {
            await channel.DisposeAsync();
            throw e is SshException or OperationCanceledException
                ? e
                : new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, e.Message, e);
        }
    }

    /// <summary>The next channel the peer wants to open; null = the connection has ended. To be called all the time, by one caller.</summary>
    public async ValueTask<SshChannelOpening?> AcceptChannelAsync(CancellationToken cancellationToken) =>
        await _channels.Openings.WaitToReadAsync(cancellationToken) && _channels.Openings.TryRead(out var opening) ? opening : null;

    /// <summary>Makes a request about the connection and gives what the peer answers; null = it refuses.</summary>
    public async ValueTask<byte[]?> RequestAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        await _outgoing.AskAsync(name, data, cancellationToken);

    /// <summary>The next request of the peer; null = the connection has ended. Requests for a sign of life are answered before. By one caller.</summary>
    public async ValueTask<SshGlobalRequest?> ReceiveRequestAsync(CancellationToken cancellationToken) =>
        await _incoming.Waiting.WaitToReadAsync(cancellationToken) && _incoming.Waiting.TryRead(out var request) ? request : null;

    /// <summary>Opens no more channels, and ends when none is left.</summary>
    public void CloseWhenIdle()
    {
        lock (_gate)
        {
            _closeWhenIdle = true;
        }

        OnIdle();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= FinishAsync();
            return new ValueTask(_disposal);
        }
    }

    /// <summary>Begins to receive, and to ask for signs of life where the interval is not zero.</summary>
    internal void Start(TimeSpan interval, TimeSpan timeout, int retries)
    {
        _receiving = ReceiveAsync();
        _keeping = interval > TimeSpan.Zero ? KeepAliveAsync(interval, timeout, Math.Max(1, retries)) : Task.CompletedTask;
    }

    private async Task FinishAsync()
    {
        // Not under the gate, in which the caller is.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool wasOpen;
        lock (_gate)
        {
            wasOpen = !_ended;
        }

        if (wasOpen)
        {
            await SayGoodbyeAsync(_transport, _time, SshDisconnectReason.ByApplication, "closed");
        }

        End(null);
        await _transport.DisposeAsync();
        await _receiving;
        await _keeping;
        await _control.Completion;
        _stopping.Dispose();
    }

    private static async Task SayGoodbyeAsync(IPacketTransport transport, TimeProvider time, SshDisconnectReason reason, string message)
    {
        try
        {
            using CancellationTokenSource limit = new(Goodbye, time);
            await transport.DisconnectAsync(reason, message, limit.Token);
        }
        catch (Exception e) when (e is SshException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Then it finds out by itself.
        }
    }

    private void Fail(Exception error) => End(error);

    /// <summary>The connection is over, for everyone. Idempotent; the first one says why.</summary>
    private void End(Exception? fault)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            (_ended, _fault) = (true, fault);
        }

        var reason = fault ?? new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, "the SSH connection was closed");
        _control.End();
        _channels.End(reason);
        _incoming.End();
        _outgoing.End(reason);
        _stopping.Cancel();
        _completion.TrySetResult();
    }

    private void OnIdle()
    {
        lock (_gate)
        {
            if (!_closeWhenIdle || _ended || _channels.Live > 0)
            {
                return;
            }
        }

        // Behind what the last channel has to say.
        _control.Add(new Farewell());
    }

    private sealed class Farewell : IControlItem
    {
        public ValueTask SendAsync(IPacketTransport transport, byte[] scratch) =>
            transport.DisconnectAsync(SshDisconnectReason.ByApplication, "closed", CancellationToken.None);
    }
}
