using Gost.Engine.Layers.Transports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Layers.Transports;

public sealed class HalfCloseHoldTests
{
    private readonly FakeTimeProvider _time = new();
    private int _sent;
    private bool _stalled;

    [Fact]
    public void Begin_Silence_SendsTheEndAfterTheHold()
    {
        using var hold = Create();
        hold.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, _sent);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _sent);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, _sent);
    }

    [Fact]
    public void Begin_BytesKeepComing_PutsTheEndOff()
    {
        using var hold = Create();
        hold.Touch();
        hold.Begin();
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(900));
            hold.Touch();
        }

        Assert.Equal(0, _sent);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, _sent);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _sent);
    }

    [Fact]
    public void Begin_UnreadDataWaits_SilenceDoesNotCount()
    {
        using var hold = Create();
        _stalled = true;
        hold.Begin();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, _sent);
        _stalled = false;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, _sent);
    }

    [Fact]
    public void PeerEnded_WhileHeld_SendsAtOnce()
    {
        using var hold = Create();
        hold.Begin();
        hold.PeerEnded();
        Assert.Equal(1, _sent);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, _sent);
    }

    [Fact]
    public void Begin_PeerHasEnded_SendsAtOnce()
    {
        using var hold = Create();
        hold.PeerEnded();
        Assert.Equal(0, _sent);
        hold.Begin();
        hold.Begin();
        Assert.Equal(1, _sent);
    }

    [Fact]
    public void Begin_HoldOfZero_SendsAtOnce()
    {
        using HalfCloseHold hold = new(TimeSpan.Zero, _time, CountAsync);
        hold.Begin();
        Assert.Equal(1, _sent);
    }

    [Fact]
    public void Dispose_WhileHeld_ForgetsTheEnd()
    {
        var hold = Create();
        hold.Begin();
        hold.Dispose();
        _time.Advance(TimeSpan.FromSeconds(5));
        hold.PeerEnded();
        Assert.Equal(0, _sent);
    }

    [Fact]
    public async Task Sent_SendingThrows_EndsWithoutFault()
    {
        using HalfCloseHold hold = new(TimeSpan.Zero, _time, static () => ValueTask.FromException(new IOException("broken")));
        hold.Begin();
        await hold.Sent;
    }

    private HalfCloseHold Create() => new(TimeSpan.FromSeconds(1), _time, CountAsync, () => _stalled);

    private ValueTask CountAsync()
    {
        _sent++;
        return ValueTask.CompletedTask;
    }
}
