using System.Collections.Concurrent;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Layers.Sessions;

public sealed class SessionDialerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly EngineParts _engine;
    private readonly Transport _transport;
    private readonly SessionDialer _dialer;

    public SessionDialerTests()
    {
        _engine = new EngineParts(_time);
        _transport = new Transport(_engine);
        _dialer = SmuxSession.CreateDialer(_transport, SmuxOptions.Default(2), _engine.Services);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dial_ManyAtOnce_ShareOneSession()
    {
        var streams = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => DialAsync().AsTask()));
        Assert.Equal(1, _transport.Dials);
        Assert.Equal(50, streams.Distinct().Count());
        await DisposeAllAsync(streams);
    }

    [Fact]
    public async Task Dial_OtherAddress_HasASessionOfItsOwn()
    {
        await DisposeAllAsync(await DialAsync(), await DialAsync(port: 2), await DialAsync());
        Assert.Equal(2, _transport.Dials);
        Assert.Equal(2, _dialer.SessionCount);
    }

    [Fact]
    public async Task Dial_FirstFlowGivesUp_OthersGetTheSession()
    {
        _transport.Hold = new TaskCompletionSource();
        using CancellationTokenSource cancel = new();
        var first = DialAsync(cancel.Token).AsTask();
        var second = DialAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _transport.Hold.SetResult();
        await DisposeAllAsync(await second);
        Assert.Equal(1, _transport.Dials);
    }

    [Fact]
    public async Task Dial_AllGiveUp_TheDialIsCancelledAndTheNextBeginsAnew()
    {
        _transport.Hold = new TaskCompletionSource();
        using CancellationTokenSource cancel = new();
        var first = DialAsync(cancel.Token).AsTask();
        await _transport.Dialling.Task.WaitAsync(Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await _transport.Cancelled.Task.WaitAsync(Token);
        _transport.Hold = null;
        await DisposeAllAsync(await DialAsync());
        Assert.Equal(2, _transport.Dials);
    }

    [Fact]
    public async Task Dial_Fails_AllThatWaitSeeItAndTheNextTriesAgain()
    {
        _transport.Hold = new TaskCompletionSource();
        var flows = Enumerable.Range(0, 5).Select(_ => DialAsync().AsTask()).ToArray();
        _transport.Hold.SetException(new FlowException(FlowLayer.Dial, FlowError.Refused, "refused"));
        foreach (var flow in flows)
        {
            Assert.Equal(FlowError.Refused, (await Assert.ThrowsAsync<FlowException>(() => flow)).Error);
        }

        _transport.Hold = null;
        await DisposeAllAsync(await DialAsync());
    }

    [Fact]
    public async Task Dial_NodeHangs_TimesOut()
    {
        _transport.Hold = new TaskCompletionSource();
        var flow = DialAsync().AsTask();
        await _transport.Dialling.Task.WaitAsync(Token);
        _time.Advance(SessionDialer.DialTime);
        Assert.Equal(FlowError.TimedOut, (await Assert.ThrowsAsync<FlowException>(() => flow)).Error);
    }

    [Fact]
    public async Task Dial_SessionDied_IsReplaced()
    {
        var first = await DialAsync();
        await _transport.BreakAsync();
        await Assert.ThrowsAsync<IOException>(() => first.ReadAsync(new byte[1], Token).AsTask());
        await DisposeAllAsync(first, await DialAsync());
        Assert.Equal(2, _transport.Dials);
    }

    [Fact]
    public async Task Session_IdleForLong_IsClosedAndDialledAgainWhenNeeded()
    {
        var stream = await DialAsync();
        await RunForAsync(SessionDialer.IdleTime * 2);
        Assert.Equal(1, _dialer.SessionCount);
        await stream.WriteAsync(new byte[1], Token);
        await DisposeAllAsync(stream);
        await Eventually.TrueAsync("the stream has ended", TimeSpan.FromSeconds(10), () => _transport.Last.StreamCount == 0, Token);
        await RunForAsync(SessionDialer.IdleTime * 1.1);
        await Eventually.TrueAsync("the session is closed", TimeSpan.FromSeconds(10), () => _dialer.SessionCount == 0, Token);
        await DisposeAllAsync(await DialAsync());
        Assert.Equal(2, _transport.Dials);
    }

    [Fact]
    public async Task Dispose_StreamsOpen_TheyLiveOnAndNothingIsKept()
    {
        var stream = await DialAsync();
        await stream.WriteAsync(new byte[1], Token);
        var far = await _transport.Last.AcceptStreamAsync(Token);
        await _dialer.DisposeAsync();
        await far!.WriteAsync(new byte[3], Token);
        Assert.Equal(3, await stream.ReadAsync(new byte[8], Token));

        // A route that was selected before still works.
        var late = await DialAsync();
        await late.WriteAsync(new byte[1], Token);
        var lateFar = await _transport.Last.AcceptStreamAsync(Token);
        Assert.Equal(0, _dialer.SessionCount);
        await DisposeAllAsync(stream, far, late, lateFar!);
        await Eventually.TrueAsync("nothing is left", TimeSpan.FromSeconds(10), () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _engine.Services.Sessions.Count == 0;
        }, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _dialer.DisposeAsync();
        await Task.WhenAll(_engine.Services.Sessions.DisposeAsync().AsTask(), _transport.DisposeAsync().AsTask());
        await _engine.DisposeAsync();
    }

    private ValueTask<DuplexStream> DialAsync(CancellationToken? token = null, int port = 1)
    {
        Target address = new(TargetNetwork.Tcp, "node", port);
        return _dialer.DialAsync(new NodeContext(address, true, _ => throw new NotSupportedException("not asked here"), null!, null!, null), token ?? Token);
    }

    // In steps, so that keepalives pass.
    private async Task RunForAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time && _dialer.SessionCount > 0; passed += TimeSpan.FromSeconds(1))
        {
            var before = _transport.Last.LastReceived;
            _time.Advance(TimeSpan.FromSeconds(1));
            if ((int)passed.TotalSeconds % 10 == 9 && !_transport.Last.Completion.IsCompleted)
            {
                await Eventually.TrueAsync(
                    "a keepalive passes", TimeSpan.FromSeconds(10), () => _transport.Last.LastReceived > before || _transport.Last.Completion.IsCompleted, Token);
            }
        }
    }

    private static async Task DisposeAllAsync(params IEnumerable<DuplexStream> streams)
    {
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    private sealed class Transport(EngineParts engine) : IDialer, IAsyncDisposable
    {
        private readonly ConcurrentStack<(DuplexPair Pair, SmuxSession Session)> _far = new();
        private int _dials;

        public int Dials => Volatile.Read(ref _dials);

        public TaskCompletionSource? Hold { get; set; }

        public TaskCompletionSource Dialling { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SmuxSession Last => _far.TryPeek(out var last) ? last.Session : throw new InvalidOperationException("nothing was dialled");

        public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _dials);
            Dialling.TrySetResult();
            if (Hold is { } hold)
            {
                try
                {
                    await hold.Task.WaitAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    Cancelled.TrySetResult();
                    throw;
                }
            }

            DuplexPair pair = new();
            _far.Push((pair, SmuxSession.Start(pair.Far, SmuxOptions.Default(2), isClient: false, engine.Services)));
            return pair.Near;
        }

        public async Task BreakAsync()
        {
            _far.TryPeek(out var last);
            last.Pair.Far.Abort();
            await last.Session.Completion;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (pair, session) in _far)
            {
                await session.DisposeAsync();
                pair.Dispose();
            }
        }
    }
}
