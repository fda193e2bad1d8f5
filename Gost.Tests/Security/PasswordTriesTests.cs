using System.Net;
using Gost.Engine.Security;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Security;

public sealed class PasswordTriesTests
{
    private static readonly EndPoint Client = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1);
    private readonly FakeTimeProvider _time = new();
    private readonly PasswordTries _tries;

    public PasswordTriesTests() => _tries = new PasswordTries(_time);

    [Fact]
    public void TenWrongPasswords_BlockTheSource_UntilTheFirstIsAMinuteOld()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.False(_tries.Try(Client, static () => false));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var asked = false;
        Assert.Null(_tries.Try(Client, () => asked = true));
        Assert.False(asked);
        Assert.Equal(TimeSpan.FromSeconds(50), _tries.WaitOf(Client));
        Assert.True(_tries.Try(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 1), static () => true));

        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.False(_tries.Try(Client, static () => false));
        Assert.Null(_tries.Try(Client, static () => true));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_tries.Try(Client, static () => true));
    }

    [Fact]
    public async Task TriesAtOnce_AreNoMoreThanTenEither()
    {
        var checks = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), TestContext.Current.CancellationToken, (_, _) =>
        {
            _tries.Try(Client, () =>
            {
                Interlocked.Increment(ref checks);
                return false;
            });
            return ValueTask.CompletedTask;
        });

        Assert.Equal(10, checks);
    }

    [Fact]
    public void RightPasswords_LeaveNothingBehind()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.True(_tries.Try(Client, static () => true));
        }

        Assert.Equal(0, _tries.SourceCount);
    }

    [Fact]
    public void AddressesOfOneNetwork_AreOneSource_AndMappedOnesAreThemselves()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.False(_tries.Try(new IPEndPoint(IPAddress.Parse($"2001:db8::{i + 1:x}"), i + 1), static () => false));
            Assert.False(_tries.Try(new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.1"), i + 1), static () => false));
        }

        Assert.Null(_tries.Try(new IPEndPoint(IPAddress.Parse("2001:db8::ffff"), 9), static () => true));
        Assert.True(_tries.Try(new IPEndPoint(IPAddress.Parse("2001:db8:0:1::1"), 9), static () => true));
        Assert.Null(_tries.Try(Client, static () => true));
    }

    [Fact]
    public void Sources_AreBounded()
    {
        for (var i = 0; i < PasswordTries.MaxSources + 100; i++)
        {
            _tries.Try(new IPEndPoint(new IPAddress(0x0a000000L + i), 1), static () => false);
        }

        Assert.InRange(_tries.SourceCount, 1, PasswordTries.MaxSources);
    }
}
