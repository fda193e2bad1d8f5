using Gost.Ssh;
using Gost.Ssh.Channels;
using Gost.Ssh.Messages;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Channels;

/// <summary>Opening, refusing, requests and ends, against a connection of our own.</summary>
public sealed class SshConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Opening_CarriesTypeAndData()
    {
        await using ConnectionPair pair = new();
        var data = ForwardMessages.WriteTcpIp(new SshTcpIpChannel("example.com", 80, "0.0.0.0", 0));
        var opened = pair.Near.OpenChannelAsync(ForwardMessages.DirectTcpIp, data, Token).AsTask();

        var opening = await pair.Far.AcceptChannelAsync(Token);

        Assert.Equal("direct-tcpip", opening!.Type);
        Assert.Equal(new SshTcpIpChannel("example.com", 80, "0.0.0.0", 0), ForwardMessages.ReadTcpIp(opening.Data));
        Assert.False(opened.IsCompleted);
        await using var far = opening.Accept();
        await using var near = await opened;
        Assert.Throws<InvalidOperationException>(() => { opening.Accept(); });
    }

    [Theory]
    [InlineData(SshOpenRefusal.ConnectFailed, "refused by 10.0.0.1", "the SSH peer does not open the channel: the connection to the target failed (refused by 10.0.0.1)")]
    [InlineData(SshOpenRefusal.UnknownChannelType, "", "the SSH peer does not open the channel: it does not know such channels")]
    [InlineData(SshOpenRefusal.ResourceShortage, "full\u001b[2J", "the SSH peer does not open the channel: it has no room for more (full [2J)")]
    public async Task Rejected_TellsTheReason(SshOpenRefusal reason, string text, string expected)
    {
        await using ConnectionPair pair = new();
        var opened = pair.Near.OpenChannelAsync("a-type", default, Token).AsTask();
        await (await pair.Far.AcceptChannelAsync(Token))!.RejectAsync(reason, text);

        var error = await Assert.ThrowsAsync<SshException>(() => opened);

        Assert.Equal((SshFailure.Refused, reason, expected), (error.Failure, error.Refusal, error.Message));
        Assert.True(pair.Near.IsOpen);
        Assert.Equal(0, pair.Near.ChannelCount);
        await pair.OpenAsync(Token);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("x11")]
    [InlineData("auth-agent@openssh.com")]
    public async Task ShellAndTheLike_AreRefusedPolitely(string type)
    {
        await using ConnectionPair pair = new();

        var error = await Assert.ThrowsAsync<SshException>(() => pair.Near.OpenChannelAsync(type, default, Token).AsTask());

        Assert.Equal((SshOpenRefusal.AdministrativelyProhibited, true), (error.Refusal, error.Message.Contains("only forwarding", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OpeningsBeyondTheBacklog_AreRefused()
    {
        await using ConnectionPair pair = new(far: new SshConnectionOptions { ChannelBacklog = 2 });
        List<Task<SshChannel>> opened = [.. Enumerable.Range(0, 3).Select(_ => pair.Near.OpenChannelAsync("a-type", default, Token).AsTask())];

        var first = await Task.WhenAny(opened);

        Assert.Equal(SshOpenRefusal.ResourceShortage, (await Assert.ThrowsAsync<SshException>(() => first)).Refusal);
        await using ConnectionPair closed = new(far: new SshConnectionOptions { ChannelBacklog = 0 });
        var error = await Assert.ThrowsAsync<SshException>(() => closed.Near.OpenChannelAsync("a-type", default, Token).AsTask());
        Assert.Equal(SshOpenRefusal.AdministrativelyProhibited, error.Refusal);
    }

    [Fact]
    public async Task ChannelsBeyondTheLimit_AreRefusedOnEitherSide()
    {
        await using ConnectionPair pair = new(near: new SshConnectionOptions { MaxChannels = 2 }, far: new SshConnectionOptions { MaxChannels = 1 });
        var (near, far) = await pair.OpenAsync(Token);
        var there = await Assert.ThrowsAsync<SshException>(() => pair.Near.OpenChannelAsync("a-type", default, Token).AsTask());
        Assert.Equal((SshFailure.Refused, SshOpenRefusal.ResourceShortage), (there.Failure, there.Refusal));

        near.Dispose();
        far.Dispose();
        await using ConnectionPair tight = new(near: new SshConnectionOptions { MaxChannels = 1 });
        await tight.OpenAsync(Token);
        var here = await Assert.ThrowsAsync<SshException>(() => tight.Near.OpenChannelAsync("a-type", default, Token).AsTask());
        Assert.Equal((SshFailure.Refused, SshOpenRefusal.ResourceShortage), (here.Failure, here.Refusal));
    }

    [Fact]
    public async Task CancelledOpening_IsClosedWhenItComes()
    {
        await using ConnectionPair pair = new();
        using CancellationTokenSource source = new();
        var opened = pair.Near.OpenChannelAsync("a-type", default, source.Token).AsTask();
        var opening = await pair.Far.AcceptChannelAsync(Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened);
        Assert.Equal(0, pair.Near.ChannelCount);

        await using var far = opening!.Accept();

        Assert.Equal(0, await far.ReadAsync(new byte[1], Token));
        await pair.OpenAsync(Token);
    }

    [Fact]
    public async Task Requests_AreAnsweredInTheirOrder()
    {
        await using ConnectionPair pair = new();
        var first = pair.Near.RequestAsync("tcpip-forward", ForwardMessages.WriteBind("", 0), Token).AsTask();
        var second = pair.Near.RequestAsync("other", default, Token).AsTask();
        var third = pair.Near.RequestAsync("ping", default, Token).AsTask();

        var one = await pair.Far.ReceiveRequestAsync(Token);
        var two = await pair.Far.ReceiveRequestAsync(Token);
        Assert.Equal(("tcpip-forward", "other", true), (one!.Name, two!.Name, one.WantReply));
        Assert.Equal(("", (ushort)0), ForwardMessages.ReadBind(one.Data));
        await two.ReplyAsync(false);
        Assert.False(first.IsCompleted || second.IsCompleted || third.IsCompleted);
        await one.ReplyAsync(true, ForwardMessages.WriteBoundPort(40_000));

        Assert.Equal((ushort)40_000, ForwardMessages.ReadBoundPort(await first));
        Assert.Null(await second);
        Assert.Equal("pong", System.Text.Encoding.ASCII.GetString(await third ?? []));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await one.ReplyAsync(true));
    }

    [Fact]
    public async Task RequestsThatNobodyTakes_AreRefused()
    {
        await using ConnectionPair pair = new(far: new SshConnectionOptions { RequestBacklog = 0 });

        Assert.Null(await pair.Near.RequestAsync("tcpip-forward", default, Token));
        Assert.Equal(0, (await pair.Near.RequestAsync("keepalive@openssh.com", default, Token))?.Length);
    }

    [Fact]
    public async Task Dispose_EndsEverythingOfBothEnds()
    {
        await using ConnectionPair pair = new();
        var (near, far) = await pair.OpenAsync(Token);
        var pending = pair.Near.OpenChannelAsync("a-type", default, Token).AsTask();
        var opening = await pair.Far.AcceptChannelAsync(Token);
        var request = pair.Near.RequestAsync("other", default, Token).AsTask();
        var accepting = pair.Near.AcceptChannelAsync(Token).AsTask();
        var receiving = pair.Near.ReceiveRequestAsync(Token).AsTask();
        var reads = (near.ReadAsync(new byte[1], Token).AsTask(), far.ReadAsync(new byte[1], Token).AsTask());

        await pair.Near.DisposeAsync();
        await pair.Far.Completion;

        await Assert.ThrowsAsync<SshException>(() => pending);
        await Assert.ThrowsAsync<SshException>(() => request);
        Assert.Null(await accepting);
        Assert.Null(await receiving);
        await Assert.ThrowsAsync<IOException>(() => reads.Item1);
        await Assert.ThrowsAsync<IOException>(() => reads.Item2);
        await Assert.ThrowsAsync<IOException>(() => opening!.Accept().ReadAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<SshException>(() => pair.Near.OpenChannelAsync("a-type", default, Token).AsTask());
        await Assert.ThrowsAsync<SshException>(async () => await pair.Far.RequestAsync("other", default, Token));
        Assert.Equal((false, null, null), (pair.Near.IsOpen, pair.Near.Fault, pair.Far.Fault));
        Assert.Equal(SshDisconnectReason.ByApplication, pair.Packets.Near.Disconnected?.Reason);
        await pair.Far.DisposeAsync();
        Assert.True(pair.Packets.Near.IsDisposed && pair.Packets.Far.IsDisposed);
    }

    [Fact]
    public async Task BrokenTransport_FailsTheChannelsAfterWhatHadCome()
    {
        await using ConnectionPair pair = new();
        var (near, far) = await pair.OpenAsync(Token);
        await near.WriteAsync("last"u8.ToArray(), Token);
        Assert.Equal(0, await far.ReadAsync(Memory<byte>.Empty, Token));

        pair.Packets.Near.Break();
        await pair.Far.Completion;

        Assert.Equal(4, await far.ReadAsync(new byte[8], Token));
        Assert.Equal("the stream broke", (await Assert.ThrowsAsync<IOException>(() => far.ReadAsync(new byte[8], Token).AsTask())).Message);
        Assert.Equal("the stream broke", pair.Far.Fault?.Message);
    }

    [Fact]
    public async Task CloseWhenIdle_EndsBehindTheLastChannel()
    {
        await using ConnectionPair pair = new();
        var (near, far) = await pair.OpenAsync(Token);
        pair.Near.CloseWhenIdle();
        Assert.False(pair.Near.IsOpen);
        await Assert.ThrowsAsync<SshException>(() => pair.Near.OpenChannelAsync("a-type", default, Token).AsTask());
        await near.WriteAsync("rest"u8.ToArray(), Token);
        near.Dispose();

        await pair.Far.Completion;

        Assert.Equal(4, await far.ReadAsync(new byte[8], Token));
        Assert.Equal(0, await far.ReadAsync(new byte[8], Token));
        await pair.Near.Completion;
        Assert.Null(pair.Near.Fault);
    }

    [Fact]
    public async Task KeepAlive_Unanswered_EndsTheConnection()
    {
        await using PacketPair packets = new();
        FakeTimeProvider time = new();
        await using var connection = ConnectionPair.Connect(packets.Near, time: time, keepAlive: TimeSpan.FromSeconds(30));

        // The first sign of life is answered, with a refusal as servers do that do not know it.
        time.Advance(TimeSpan.FromSeconds(30));
        await ExpectPingAsync(packets.Far);
        await packets.Far.SendAsync(new byte[] { MessageNumber.RequestFailure });
        var asked = connection.RequestAsync("other", default, Token);
        await packets.Far.ReceiveAsync(Token);
        await packets.Far.SendAsync(new byte[] { MessageNumber.RequestFailure });
        Assert.Null(await asked);
        Assert.True(connection.IsOpen);

        // None is any more.
        while (!connection.Completion.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(15));
            await Task.Yield();
        }

        await ExpectPingAsync(packets.Far);
        Assert.Equal("the SSH peer gave no sign of life within 15 s", connection.Fault?.Message);
        await connection.DisposeAsync();
        Assert.True(packets.Near.IsDisposed);
    }

    private static async Task ExpectPingAsync(PacketEnd far)
    {
        var payload = await far.ReceiveAsync(Token);
        Assert.Equal(new SshWriter(MessageNumber.GlobalRequest).WriteText("keepalive@openssh.com").WriteBoolean(true).ToArray(), payload.ToArray());
    }
}
