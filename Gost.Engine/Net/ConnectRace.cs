using System.Net;
using System.Net.Sockets;

namespace Gost.Engine.Net;

/// <summary>
/// Connects to the first of several addresses that answers: the next one is started when the one before has failed or is slow, the
/// rest is called off when one is there. Source: RFC 8305 section 5.
/// </summary>
internal sealed class ConnectRace<T>(Func<IPAddress, CancellationToken, Task<T>> connect, TimeProvider time)
    where T : class, IDisposable
{
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>The connection, which the caller owns. Throws what the last address threw.</summary>
    public async Task<T> RunAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        if (addresses.Count == 1)
        {
            return await connect(addresses[0], cancellationToken);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<T>> running = [];
        try
        {
            for (var next = 0; ;)
            {
                if (next < addresses.Count)
                {
                    running.Add(connect(addresses[next++], stop.Token));
                }

                // Without a further address only the running ones matter.
                var isLast = next == addresses.Count;
                var ended = await NextEndAsync(running, isLast ? null : Task.Delay(Stagger, time, stop.Token));
                while (ended is not null)
                {
                    running.Remove(ended);
                    if (ended.IsCompletedSuccessfully)
                    {
                        return await ended;
                    }

                    if (!isLast || running.Count > 0)
                    {
                        // Looked at, so that it is not reported as a failure that nobody saw.
                        _ = ended.Exception;
                        ended = isLast ? await NextEndAsync(running, null) : null;
                        continue;
                    }

                    // The last one: its exception is the answer.
                    await ended;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var loser in running)
            {
                await DiscardAsync(loser);
            }
        }
    }

    /// <summary>A task that has ended, or null when the pause was over first.</summary>
    private static async Task<Task<T>?> NextEndAsync(List<Task<T>> running, Task? pause)
    {
        var ended = pause is null ? await Task.WhenAny(running) : await Task.WhenAny([.. running, pause]);
        return ended as Task<T>;
    }

    private static async Task DiscardAsync(Task<T> loser)
    {
        try
        {
            (await loser).Dispose();
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or Abstractions.FlowException)
        {
            // It lost anyway.
        }
    }
}
