namespace Gost.Ssh;

/// <summary>Signs of life from the peer.</summary>
public sealed partial class SshConnection
{
    private async Task KeepAliveAsync(TimeSpan interval, TimeSpan timeout, int retries)
    {
        try
        {
            using PeriodicTimer timer = new(interval, _time);
            var (missing, seen) = (0, 0L);
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                var received = Volatile.Read(ref _received);
                if (received != seen)
                {
                    // Whatever came is a sign.
                    (missing, seen) = (0, received);
                    continue;
                }

                if (await IsAliveAsync(timeout))
                {
                    (missing, seen) = (0, Volatile.Read(ref _received));
                }
                else if (++missing >= retries)
                {
                    End(new SshException(
                        SshFailure.Connection, SshDisconnectReason.ConnectionLost, $"the SSH peer gave no sign of life within {timeout.TotalSeconds:0.###} s"));
                    await _transport.DisposeAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    /// <summary>Asks what every server answers, the ones that do not know it with a refusal.</summary>
    private async Task<bool> IsAliveAsync(TimeSpan timeout)
    {
        using CancellationTokenSource limit = new(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            await _outgoing.AskAsync("keepalive@openssh.com", default, either.Token);
            return true;
        }
        catch (SshException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
