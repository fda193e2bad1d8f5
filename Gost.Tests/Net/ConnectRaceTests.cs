using System.Net;
using System.Net.Sockets;
using Gost.Engine.Net;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Net;

public sealed class ConnectRaceTests
{
    private static readonly IPAddress[] Three = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.3")];

    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<IPAddress, TaskCompletionSource<Socket>> _answers = Three.ToDictionary(x => x, _ => Source<Socket>());
    private readonly Dictionary<IPAddress, TaskCompletionSource> _started = Three.ToDictionary(x => x, _ => Source());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_FirstAnswers_OthersAreNotAsked()
    {
        using var socket = NewSocket();
        _answers[Three[0]].SetResult(socket);

        Assert.Same(socket, await Race().RunAsync(Three, Token));
        Assert.False(_started[Three[1]].Task.IsCompleted);
    }

    [Fact]
    public async Task Run_FirstRefuses_SecondAtOnce()
    {
        using var socket = NewSocket();
        Refuse(0);
        _answers[Three[1]].SetResult(socket);

        Assert.Same(socket, await Race().RunAsync(Three, Token));
    }

    [Fact]
    public async Task Run_FirstIsSilent_SecondAfterAPauseAndFirstIsCalledOff()
    {
        using var socket = NewSocket();
        var race = Race().RunAsync(Three, Token);
        await SecondIsAskedAsync();

        _answers[Three[1]].SetResult(socket);

        Assert.Same(socket, await race);
        Assert.True(_answers[Three[0]].Task.IsCanceled);
        Assert.False(_started[Three[2]].Task.IsCompleted);
    }

    [Fact]
    public async Task Run_FirstAnswersLate_StillWins()
    {
        using var socket = NewSocket();
        var race = Race().RunAsync(Three, Token);
        await SecondIsAskedAsync();

        _answers[Three[0]].SetResult(socket);

        Assert.Same(socket, await race);
    }

    [Fact]
    public async Task Run_AllRefuse_ThrowsTheLast()
    {
        Refuse(0);
        Refuse(1);
        Refuse(2, SocketError.HostUnreachable);

        var exception = await Assert.ThrowsAsync<SocketException>(() => Race().RunAsync(Three, Token));

        Assert.Equal(SocketError.HostUnreachable, exception.SocketErrorCode);
    }

    [Fact]
    public async Task Run_LastRefusesWhileAnEarlierOneIsOpen_WaitsForThatOne()
    {
        using var socket = NewSocket();
        IPAddress[] two = [Three[0], Three[1]];
        Refuse(1);
        var race = Race().RunAsync(two, Token);
        await SecondIsAskedAsync();

        _answers[Three[0]].SetResult(socket);

        Assert.Same(socket, await race);
    }

    [Fact]
    public async Task Run_CallerLeaves_CallsOffAll()
    {
        using CancellationTokenSource caller = new();
        var race = Race().RunAsync(Three, caller.Token);
        await _started[Three[0]].Task;

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
        Assert.True(_answers[Three[0]].Task.IsCanceled);
    }

    private static TaskCompletionSource<T> Source<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private void Refuse(int address, SocketError error = SocketError.ConnectionRefused) =>
        _answers[Three[address]].SetException(new SocketException((int)error));

    /// <summary>Leaves the first address without an answer so long that the second is asked as well.</summary>
    private async Task SecondIsAskedAsync()
    {
        await _started[Three[0]].Task;
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await _started[Three[1]].Task;
    }

    private ConnectRace<Socket> Race() => new(
        async (address, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(() => _answers[address].TrySetCanceled(cancellationToken));
            _started[address].TrySetResult();
            return await _answers[address].Task;
        },
        _time);
}
