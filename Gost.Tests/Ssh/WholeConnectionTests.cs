using Gost.Ssh;
using Gost.Ssh.Keys;
using Gost.Ssh.Transport;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Ssh;

/// <summary>Key exchange, login and channels together, ours with ours.</summary>
public sealed class WholeConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_LogsInAndChannelsCarryMegabytesAmidNewKeys()
    {
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.EcdsaP256);
        SshTransportOptions often = new() { RekeyBytes = 256 * 1024 };
        await using var pair = await WholeConnection.OpenAsync(
            new SshClientOptions { UserName = "bob", PrivateKeys = [key], Transport = often },
            x => x with { PublicKey = (user, shown, _) => ValueTask.FromResult(user == "bob" && shown.Equals(key.PublicKey)) },
            Token);

        Assert.Equal(("bob", key.PublicKey), (pair.Server.UserName, pair.Server.UserKey));
        Assert.StartsWith(SshConnection.OwnIdentification, pair.Client.PeerIdentification, StringComparison.Ordinal);
        var sent = new byte[3 * 1024 * 1024];
        new Random(2).NextBytes(sent);
        var echo = EchoAsync(pair.Server);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAndCompareAsync(pair.Client, sent)));
        await pair.Client.DisposeAsync();
        await echo;
        await pair.Server.Completion;
        Assert.Null(pair.Server.Fault);
    }

    [Fact]
    public async Task Password_ThatIsWrong_IsToldOnBothSides()
    {
        var error = await Assert.ThrowsAsync<SshException>(() => WholeConnection.OpenAsync(
            new SshClientOptions { UserName = "bob", Password = "wrong" }, x => x with { Password = static (_, _, _) => ValueTask.FromResult(false) }, Token));

        Assert.Equal(SshFailure.Authentication, error.Failure);
        Assert.Contains("it refused the password", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostKey_ThatIsRefused_EndsBeforeTheLogin()
    {
        var asked = false;
        var error = await Assert.ThrowsAsync<SshException>(() => WholeConnection.OpenAsync(
            new SshClientOptions
            {
                HostKeyCheck = (key, _) => throw new SshException(SshFailure.HostKey, SshDisconnectReason.HostKeyNotVerifiable, $"not {key.Fingerprint}"),
            },
            x => x with { Password = (_, _, _) => ValueTask.FromResult(asked = true) },
            Token));

        Assert.Equal((SshFailure.HostKey, false), (error.Failure, asked));
        Assert.StartsWith("not SHA256:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientThatDoesNotLogIn_IsLeftWhenItsTimeIsUp()
    {
        FakeTimeProvider time = new();
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        using DuplexPair streams = new();
        var accepting = SshConnection.AcceptAsync(
            streams.Far, new SshServerOptions { HostKeys = [key], Transport = new SshTransportOptions { TimeProvider = time } }, Token);

        Assert.True(await streams.Near.ReadAsync(new byte[1000], Token) > 0);
        time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<SshException>(() => accepting);
        Assert.Equal((SshFailure.Authentication, "the client did not log in within 30 s"), (error.Failure, error.Message));
        Assert.Equal(0, await ReadToEndAsync(streams));
    }

    [Fact]
    public async Task CallerThatGivesUp_ClosesTheStream()
    {
        using CancellationTokenSource source = new();
        using DuplexPair streams = new();
        var connecting = SshConnection.ConnectAsync(streams.Near, new SshClientOptions(), source.Token);
        Assert.True(await streams.Far.ReadAsync(new byte[1000], Token) > 0);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => streams.Near.ReadAsync(new byte[1], Token).AsTask());
    }

    private static async Task<int> ReadToEndAsync(DuplexPair streams)
    {
        var buffer = new byte[1000];
        int read;
        while ((read = await streams.Near.ReadAsync(buffer, Token)) > 0)
        {
        }

        return read;
    }

    private static async Task SendAndCompareAsync(SshConnection connection, byte[] sent)
    {
        await using var channel = await connection.OpenChannelAsync("echo", default, Token);
        var writing = WriteAsync(channel, sent);
        using MemoryStream received = new();
        await channel.CopyToAsync(received, Token);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
    }

    private static async Task WriteAsync(SshChannel channel, byte[] bytes)
    {
        await channel.WriteAsync(bytes, Token);
        await channel.CompleteWritesAsync(Token);
    }

    private static async Task EchoAsync(SshConnection connection)
    {
        List<Task> tasks = [];
        while (await connection.AcceptChannelAsync(Token) is { } opening)
        {
            tasks.Add(EchoAsync(opening.Accept()));
        }

        await Task.WhenAll(tasks);
    }

    private static async Task EchoAsync(SshChannel channel)
    {
        await using (channel)
        {
            await channel.CopyToAsync(channel, Token);
            await channel.CompleteWritesAsync(Token);
        }
    }
}
