using Gost.Streams;
using Xunit;

namespace Gost.Tests.Streams;

public sealed class PendingCallTests
{
    private readonly Lock _gate = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Complete_UnderTheGate_GoesOnElsewhere()
    {
        PendingCall call = new(_gate);
        var waiting = Begin(call, Token);
        var onItsOwn = Observe();
        lock (_gate)
        {
            call.Complete(7, null);
            Assert.False(call.IsWaiting);
        }

        Assert.Equal(7, await onItsOwn);

        async Task<int> Observe()
        {
            var result = await waiting;
            Assert.False(_gate.IsHeldByCurrentThread);
            return result;
        }
    }

    [Fact]
    public async Task Taken_IsCompletedOnThisThread()
    {
        PendingCall call = new(_gate);
        var thread = 0;
        var waiting = Observe(Begin(call, Token));
        Assert.True(Take(call));
        Assert.False(Take(call));

        call.SetResult(3);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(3, await waiting);

        async Task<int> Observe(ValueTask<int> task)
        {
            var result = await task;
            thread = Environment.CurrentManagedThreadId;
            return result;
        }
    }

    [Fact]
    public async Task GivenUp_TellsTheOwnerFirst_AndTheNextCallIsNotTouched()
    {
        var toldUnderTheGate = false;
        PendingCall call = new(_gate, () => toldUnderTheGate = _gate.IsHeldByCurrentThread);
        using CancellationTokenSource first = new();
        var waiting = Begin(call, first.Token);

        await first.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () => await waiting);
        Assert.Equal(first.Token, error.CancellationToken);
        Assert.True(toldUnderTheGate);

        var next = Begin(call, Token);
        Assert.False(next.IsCompleted);
        Complete(call, 1, new IOException("broken"));
        await Assert.ThrowsAsync<IOException>(async () => await next);
    }

    [Fact]
    public async Task CallerThatHadGivenUpBefore_WaitsForNothing()
    {
        PendingCall call = new(_gate);

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await Begin(call, new CancellationToken(canceled: true)));

        Assert.False(Take(call));
        var next = Begin(call, Token);
        Complete(call, 5, null);
        Assert.Equal(5, await next);
    }

    private ValueTask<int> Begin(PendingCall call, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new ValueTask<int>(call, call.Begin(cancellationToken));
        }
    }

    private void Complete(PendingCall call, int result, Exception? error)
    {
        lock (_gate)
        {
            call.Complete(result, error);
        }
    }

    private bool Take(PendingCall call)
    {
        lock (_gate)
        {
            return call.TryTake();
        }
    }
}
