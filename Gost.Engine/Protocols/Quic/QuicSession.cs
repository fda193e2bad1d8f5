using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Quic;

/// <summary>A QUIC connection whose streams are flows: opened by a dialling end, accepted by a listening one. Source: spec/wire/transports.md section 8.</summary>
internal sealed class QuicSession : IStreamSession
{
    /// <summary>How long a new stream waits while the far end allows no more of them.</summary>
    public static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(30);

    private readonly IQuicLink _link;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _closing = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private Task? _watching;
    private Task? _disposing;
    private int _streams;
    private bool _isLast;
    private bool _hasEnded;

    private QuicSession(IQuicLink link, EngineServices engine) => (_link, _time) = (link, engine.Time);

    /// <summary>This end.</summary>
    public EndPoint? LocalEndPoint => _link.LocalEndPoint;

    /// <summary>The far end.</summary>
    public EndPoint? RemoteEndPoint => _link.RemoteEndPoint;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public Exception? Fault { get; private set; }

    /// <inheritdoc/>
    public bool CanOpen
    {
        get
        {
            lock (_gate)
            {
                return !_hasEnded && !_isLast;
            }
        }
    }

    /// <inheritdoc/>
    public int StreamCount
    {
        get
        {
            lock (_gate)
            {
                return _streams;
            }
        }
    }

    /// <summary>The dialling end of a connection, which it takes over.</summary>
    public static QuicSession OfClient(IQuicLink link, EngineServices engine)
    {
        QuicSession session = new(link, engine);
        session._watching = session.WatchAsync();
        return session;
    }

    /// <summary>The listening end of a connection, which it takes over. Whoever has it calls <see cref="AcceptStreamAsync"/> until that gives null.</summary>
    public static QuicSession OfServer(IQuicLink link, EngineServices engine) => new(link, engine);

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_hasEnded || _isLast)
            {
                throw Ended(Fault);
            }

            _streams++;
        }

        using CancellationTokenSource timer = new(OpenTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _ending.Token, cancellationToken);
        try
        {
            return new QuicFlow(this, await _link.OpenAsync(either.Token));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            Forget();
            throw _ending.IsCancellationRequested
                ? Ended(Fault)
                : new FlowException(FlowLayer.Dial, FlowError.TimedOut, $"the far end allows no further stream (its maxStreams); waited {OpenTime.TotalSeconds:0} s", e);
        }
        catch (IOException e)
        {
            Forget();
            End(e);
            throw Ended(e);
        }
        catch
        {
            Forget();
            throw;
        }
    }

    /// <summary>The next stream of the far end, which the caller owns; null when the session has ended.</summary>
    public async ValueTask<DuplexStream?> AcceptStreamAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, cancellationToken);
        try
        {
            if (await _link.AcceptAsync(either.Token) is { } channel)
            {
                lock (_gate)
                {
                    _streams++;
                }

                return new QuicFlow(this, channel);
            }

            End(null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Ended by this end.
        }
        catch (IOException e)
        {
            End(e);
        }

        return null;
    }

    /// <inheritdoc/>
    public void CloseWhenIdle()
    {
        lock (_gate)
        {
            _isLast = true;
            if (_streams > 0)
            {
                return;
            }
        }

        End(null);
    }

    /// <summary>Takes over a stream whose flow is over; the session is not closed before it is done.</summary>
    public void Close(IQuicChannel channel)
    {
        var closing = CloseAsync(channel);
        lock (_gate)
        {
            if (!closing.IsCompleted)
            {
                _closing.Add(closing);
            }
        }

        closing.ContinueWith(
            static (ended, state) => ((QuicSession)state!).Forget(ended), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End(null);
        Task disposing;
        lock (_gate)
        {
            disposing = _disposing ??= DisposeOnceAsync();
        }

        await disposing;
    }

    private static async Task CloseAsync(IQuicChannel channel)
    {
        try
        {
            await channel.DisposeAsync();
        }
        catch (Exception)
        {
            // It broke meanwhile: closed it is.
        }
    }

    private static FlowException Ended(Exception? cause) =>
        new(FlowLayer.Dial, FlowError.Stopped, $"the QUIC connection has ended: {cause?.Message ?? "closed"}", cause);

    private async Task DisposeOnceAsync()
    {
        // First the link: that ends the streams that wait for the far end.
        await _link.DisposeAsync();
        Task[] rest;
        lock (_gate)
        {
            rest = [.. _closing];
        }

        await Task.WhenAll(rest);
        if (_watching is { } watching)
        {
            await watching;
        }
    }

    /// <summary>A server opens no streams; waiting for one is how the end of the connection is seen.</summary>
    private async Task WatchAsync()
    {
        try
        {
            while (await _link.AcceptAsync(_ending.Token) is { } channel)
            {
                channel.Abort();
                await CloseAsync(channel);
            }

            End(null);
        }
        catch (OperationCanceledException)
        {
            // Ended by this end.
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    private void Forget(Task closed)
    {
        lock (_gate)
        {
            _closing.Remove(closed);
        }

        Forget();
    }

    private void Forget()
    {
        lock (_gate)
        {
            if (--_streams > 0 || !_isLast)
            {
                return;
            }
        }

        End(null);
    }

    private void End(Exception? fault)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            (_hasEnded, Fault) = (true, fault);
        }

        // Whoever serves the session or keeps it disposes it then.
        _ending.Cancel();
        _completion.TrySetResult();
    }
}
