using Gost.Ssh;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>
/// The listeners of one client of <c>sshd</c>. While there are any the client is asked for a sign of life from time to time, so that one that is lost can
/// be told from a quiet one when it comes back and wants its address. Any thread.
/// </summary>
internal sealed class SshdBinds(SshConnection connection, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    private readonly Lock _gate = new();
    private readonly List<SshdBind> _binds = [];
    private readonly CancellationTokenSource _ending = new();
    private long _heard = time.GetTimestamp();
    private Task _asking = Task.CompletedTask;
    private bool _ended;

    /// <summary>Whether the client has not answered for so long that it is probably gone.</summary>
    public bool IsSilent => time.GetElapsedTime(Volatile.Read(ref _heard)) > Silence;

    /// <summary>One more.</summary>
    public void Add(SshdBind bind)
    {
        lock (_gate)
        {
            _binds.Add(bind);
        }
    }

    /// <summary>One is bound: the client is asked for signs of life from now on.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_asking.IsCompleted && !_ended)
            {
                Volatile.Write(ref _heard, time.GetTimestamp());
                _asking = AskAsync(_ending.Token);
            }
        }
    }

    /// <summary>One is over.</summary>
    public void Remove(SshdBind bind)
    {
        lock (_gate)
        {
            _binds.Remove(bind);
        }
    }

    /// <summary>Closes the listener that the client means; false = there is none such. Ends when the address is free.</summary>
    public async ValueTask<bool> CancelAsync(string host, int port)
    {
        SshdBind? bind;
        lock (_gate)
        {
            bind = _binds.Find(x => x.Matches(host, port));
        }

        if (bind is null)
        {
            return false;
        }

        await bind.CancelAsync();
        return true;
    }

    /// <summary>The connection has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ended = true;
        }

        await _ending.CancelAsync();
        await _asking;
        _ending.Dispose();
    }

    private async Task AskAsync(CancellationToken ending)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (HasAny())
            {
                await Task.Delay(AskEvery, time, ending);

                // A refusal is an answer as well.
                await connection.RequestAsync("keepalive@openssh.com", ReadOnlyMemory<byte>.Empty, ending);
                Volatile.Write(ref _heard, time.GetTimestamp());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SshException or IOException or ObjectDisposedException)
        {
            // The connection has ended, which others say.
        }
    }

    private bool HasAny()
    {
        lock (_gate)
        {
            return _binds.Count > 0;
        }
    }
}
