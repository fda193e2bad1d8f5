using System.Net.Sockets;
using Gost.Engine.Net.Loops;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Net.Loops;

public sealed class EventLoopTests : IDisposable
{
    private const LoopEvents ReadEdges = LoopEvents.Readable | LoopEvents.EdgeTriggered;

    private readonly CollectedLog _log = new();
    private readonly EventLoop _loop;

    public EventLoopTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "event loops are Linux's");
        _loop = new EventLoop(3, TimeProvider.System, _log);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task Post_FromManyThreads_LosesNothingAndKeepsTheOrderOfEach()
    {
        const int Posters = 4;
        const int Each = 5000;
        _loop.Start();
        var last = new int[Posters];
        var done = 0;
        var outOfOrder = 0;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var threads = Enumerable.Range(0, Posters).Select(poster => new Thread(() =>
        {
            for (var i = 1; i <= Each; i++)
            {
                var number = i;
                _loop.Post(new NotedWork(_ =>
                {
                    outOfOrder += last[poster] == number - 1 ? 0 : 1;
                    last[poster] = number;
                    if (++done == Posters * Each)
                    {
                        all.SetResult();
                    }
                }));
            }
        })).ToList();
        threads.ForEach(static x => x.Start());
        threads.ForEach(static x => x.Join());

        await all.Task.WaitAsync(Stop);
        Assert.Equal(0, outOfOrder);
    }

    [Fact]
    public async Task Post_OneAtATimeToASleepingLoop_IsDoneEachTime()
    {
        // The loop falls asleep between them: the wake-up must not pass it by.
        _loop.Start();
        for (var i = 0; i < 300; i++)
        {
            await LoopCall.OnAsync(_loop, static () => { }).WaitAsync(Stop);
        }
    }

    [Fact]
    public async Task Work_RunsOnTheLoopsThreadOnly()
    {
        _loop.Start();
        Assert.False(_loop.IsCurrent);
        var within = false;
        await LoopCall.OnAsync(_loop, () => within = _loop.IsCurrent).WaitAsync(Stop);
        Assert.True(within);
    }

    [Fact]
    public async Task WorkOrHandler_ThatFails_IsLoggedAndDoesNotEndTheLoop()
    {
        _loop.Start();
        using var ends = await LoopDescriptors.OpenAsync(Stop);
        RecordingHandler handler = new(static _ => throw new InvalidOperationException("this handler fails"));
        var token = _loop.Register(ends.Number, ReadEdges, handler);
        _loop.Post(new NotedWork(static _ => throw new InvalidOperationException("this work fails")));

        for (var i = 0; i < 2; i++)
        {
            await ends.Far.SendAsync("x"u8.ToArray(), Stop);
            Assert.True((await handler.NextAsync(Stop)).HasFlag(LoopEvents.Readable));
        }

        await LoopCall.OnAsync(_loop, static () => { }).WaitAsync(Stop);
        Assert.Equal(3, _log.Of("LoopHandlerFailed").Count);
        Assert.All(_log.Of("LoopHandlerFailed"), static x => Assert.Contains("event loop 3", x, StringComparison.Ordinal));
        _loop.Unregister(token, ends.Number);
    }

    [Fact]
    public async Task Register_WhenBytesAreThereAlready_TellsOfThem()
    {
        _loop.Start();
        using var ends = await LoopDescriptors.OpenAsync(Stop);
        await ends.Far.SendAsync("x"u8.ToArray(), Stop);
        await ends.Near.ReceiveAsync(Array.Empty<byte>(), Stop);

        RecordingHandler handler = new();
        _loop.Register(ends.Number, ReadEdges, handler);
        Assert.True((await handler.NextAsync(Stop)).HasFlag(LoopEvents.Readable));
    }

    [Fact]
    public async Task Unregister_OfADescriptorThatLivesOn_EndsItsEventsAndItCanBeRegisteredAgain()
    {
        _loop.Start();
        using var ends = await LoopDescriptors.OpenAsync(Stop);
        RecordingHandler first = new();
        RecordingHandler second = new();
        _loop.Unregister(_loop.Register(ends.Number, ReadEdges, first), ends.Number);
        _loop.Register(ends.Number, ReadEdges, second);

        await ends.Far.SendAsync("x"u8.ToArray(), Stop);
        await second.NextAsync(Stop);
        Assert.Equal(0, first.Count);
    }

    [Fact]
    public async Task Event_OfOneThatWasUnregisteredInTheSameTurn_MeetsNobodyNotEvenWhoGotItsPlace()
    {
        using var first = await LoopDescriptors.OpenAsync(Stop);
        using var second = await LoopDescriptors.OpenAsync(Stop);
        using var third = await LoopDescriptors.OpenAsync(Stop);
        await first.Far.SendAsync("x"u8.ToArray(), Stop);
        await second.Far.SendAsync("x"u8.ToArray(), Stop);
        await first.Near.ReceiveAsync(Array.Empty<byte>(), Stop);
        await second.Near.ReceiveAsync(Array.Empty<byte>(), Stop);

        // Both are ready before the loop starts, so one turn has both events; whoever is called first takes the other one away and gives its place on.
        ulong firstToken = 0;
        ulong secondToken = 0;
        RecordingHandler newcomer = new();
        var replaced = 0;
        RecordingHandler one = new(_ => Replace(secondToken, second.Number));
        RecordingHandler other = new(_ => Replace(firstToken, first.Number));
        firstToken = _loop.Register(first.Number, ReadEdges, one);
        secondToken = _loop.Register(second.Number, ReadEdges, other);
        _loop.Start();
        await LoopCall.OnAsync(_loop, static () => { }).WaitAsync(Stop);
        await LoopCall.OnAsync(_loop, static () => { }).WaitAsync(Stop);

        Assert.Equal(1, one.Count + other.Count);
        Assert.Equal(1, replaced);
        Assert.Equal(0, newcomer.Count);

        void Replace(ulong token, int descriptor)
        {
            replaced++;
            _loop.Unregister(token, descriptor);
            var given = _loop.Register(third.Number, ReadEdges, newcomer);
            Assert.Equal((uint)token, (uint)given);
            Assert.NotEqual(token, given);
        }
    }

    [Fact]
    public async Task DoAgain_SharesTheThreadWithEventsAndPostedWork()
    {
        _loop.Start();
        using var ends = await LoopDescriptors.OpenAsync(Stop);
        RecordingHandler handler = new();
        _loop.Register(ends.Number, ReadEdges, handler);
        var turns = 0L;
        var ended = false;
        NotedWork busy = new(x =>
        {
            Interlocked.Increment(ref turns);
            if (!Volatile.Read(ref ended))
            {
                _loop.DoAgain(x);
            }
        });
        _loop.Post(busy);

        await ends.Far.SendAsync("x"u8.ToArray(), Stop);
        await handler.NextAsync(Stop);
        await LoopCall.OnAsync(_loop, static () => { }).WaitAsync(Stop);
        var before = Interlocked.Read(ref turns);
        await LoopCall.OnAsync(_loop, static () => { }).WaitAsync(Stop);
        await LoopCall.OnAsync(_loop, static () => { }).WaitAsync(Stop);
        Assert.True(Interlocked.Read(ref turns) > before);
        Volatile.Write(ref ended, true);
    }

    [Fact]
    public void Dispose_WithWorkPosted_DoesItAndEndsTheThread()
    {
        _loop.Start();
        using ManualResetEventSlim busy = new();
        using ManualResetEventSlim goOn = new();
        _loop.Post(new NotedWork(_ =>
        {
            busy.Set();
            goOn.Wait(Stop);
        }));
        busy.Wait(Stop);
        var done = 0;
        for (var i = 0; i < 100; i++)
        {
            _loop.Post(new NotedWork(_ => done++));
        }

        goOn.Set();
        _loop.Dispose();
        Assert.Equal(100, done);
    }

    [Fact]
    public async Task Loop_ThatHasEnded_TakesWorkWithoutDoingItAndRefusesDescriptors()
    {
        _loop.Start();
        using var ends = await LoopDescriptors.OpenAsync(Stop);
        _loop.Dispose();
        var done = 0;
        _loop.Post(new NotedWork(_ => done++));
        Assert.Throws<SocketException>(() => _loop.Register(ends.Number, ReadEdges, new RecordingHandler()));
        Assert.Equal(0, done);
    }

    [Fact]
    public void Dispose_OfLoopsThatRanOrNot_LeavesNoDescriptor()
    {
        var before = LoopDescriptorCount();
        for (var i = 0; i < 60; i++)
        {
            using EventLoop loop = new(i, TimeProvider.System, _log);
            if (i % 2 == 0)
            {
                loop.Start();
            }
        }

        // Other tests' loops come and go meanwhile, but not as many.
        Assert.True(LoopDescriptorCount() < before + 30);
    }

    [Fact]
    public async Task Spinning_WithWorkAndEventsAllTheTime_LosesNothingAndEnds()
    {
        SpinRoom room = new(1);
        using EventLoop loop = new(0, TimeProvider.System, _log, new LoopSpin(TimeSpan.FromMilliseconds(1), room));
        loop.AddLoad(1);
        loop.Start();
        using var ends = await LoopDescriptors.OpenAsync(Stop);
        RecordingHandler handler = new();
        loop.Register(ends.Number, ReadEdges, handler);
        for (var i = 0; i < 200; i++)
        {
            await LoopCall.OnAsync(loop, static () => { }).WaitAsync(Stop);
            await ends.Far.SendAsync("x"u8.ToArray(), Stop);
            await handler.NextAsync(Stop);
        }

        loop.Dispose();
        Assert.True(room.TryEnter(now: 0));
    }

    /// <summary>The descriptors of this process that only loops have.</summary>
    private static int LoopDescriptorCount() => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
        .Count(static x => x.LinkTarget is { } target && target.Contains("eventfd", StringComparison.Ordinal));
}
