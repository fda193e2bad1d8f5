using Gost.Ssh;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Keys;
using Gost.Ssh.Transport;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

public sealed class TamperedTransportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Ciphers => [.. SshAlgorithms.Ciphers];

    [Theory]
    [MemberData(nameof(Ciphers))]
    public async Task Packet_ChangedOnItsWay_EndsBothEnds(string cipher)
    {
        using DuplexPair near = new();
        using DuplexPair far = new();
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        var tampers = false;
        var up = CopyAsync(near.Far, far.Near, () => tampers);
        var down = CopyAsync(far.Near, near.Far, static () => false);
        SshTransportOptions options = new() { Ciphers = [cipher] };
        var serving = SshTransport.AcceptAsync(far.Far, options, [key], Token);
        await using var client = await SshTransport.ConnectAsync(near.Near, options, static (_, _) => ValueTask.CompletedTask, Token);
        await using var server = await serving;
        await client.SendAsync(new byte[] { 80 }, new byte[100], Token);
        Assert.Equal(101, (await server.ReceiveAsync(Token)).Length);
        Volatile.Write(ref tampers, true);
        await client.SendAsync(new byte[] { 80 }, new byte[100], Token);

        var failure = await Assert.ThrowsAsync<SshException>(async () => await server.ReceiveAsync(Token));
        Assert.Equal(SshDisconnectReason.MacError, failure.Reason);
        Assert.Equal(SshDisconnectReason.MacError, (await Assert.ThrowsAsync<SshException>(async () => await client.ReceiveAsync(Token))).Reason);
        await Task.WhenAll(client.Completion, server.Completion);
        near.Dispose();
        far.Dispose();
        await Task.WhenAll(up, down);
    }

    [Fact]
    public async Task Packets_WithoutAUser_AreBounded()
    {
        using var streams = new DuplexPair(1024 * 1024);
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        var serving = SshTransport.AcceptAsync(streams.Far, new(), [key], Token);
        await using var client = await SshTransport.ConnectAsync(streams.Near, new(), static (_, _) => ValueTask.CompletedTask, Token);
        await using var server = await serving;
        for (var i = 0; i <= 1000; i++)
        {
            await client.SendAsync(new byte[] { 2, 0, 0, 0, 0 }, default, Token);
        }

        Assert.Contains("without a user", (await Assert.ThrowsAsync<SshException>(async () => await server.ReceiveAsync(Token))).Message);
    }

    [Fact]
    public async Task Exchanges_WithoutAUser_AreBounded()
    {
        using var streams = new DuplexPair(1024 * 1024);
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        var serving = SshTransport.AcceptAsync(streams.Far, new(), [key], Token);
        await using var client = await SshTransport.ConnectAsync(streams.Near, new() { RekeyPackets = 1 }, static (_, _) => ValueTask.CompletedTask, Token);
        await using var server = await serving;
        var receiving = server.ReceiveAsync(Token).AsTask();
        client.MarkAuthenticated();
        var answers = client.ReceiveAsync(Token).AsTask();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                await client.SendAsync(new byte[] { 2, 0, 0, 0, 0 }, new byte[2000], Token);
            }
        }
        catch (SshException)
        {
            // The server has ended it.
        }

        Assert.Contains("without a user", (await Assert.ThrowsAsync<SshException>(() => receiving)).Message);
        await Assert.ThrowsAsync<SshException>(() => answers);
    }

    [Fact]
    public async Task Packet_LargerThanAllowedWithoutAUser_IsRefused()
    {
        using var streams = new DuplexPair(1024 * 1024);
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        var serving = SshTransport.AcceptAsync(streams.Far, new(), [key], Token);
        await using var client = await SshTransport.ConnectAsync(streams.Near, new(), static (_, _) => ValueTask.CompletedTask, Token);
        await using var server = await serving;
        await client.SendAsync(new byte[] { 50 }, new byte[35_000], Token);

        Assert.Contains("a packet with a length of", (await Assert.ThrowsAsync<SshException>(async () => await server.ReceiveAsync(Token))).Message);
    }

    // Changes a bit of the last byte of each piece but of no length field.
    private static async Task CopyAsync(Stream from, Stream to, Func<bool> tampers)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, Token)) > 0)
            {
                if (tampers())
                {
                    buffer[count - 1] ^= 0x10;
                }

                await to.WriteAsync(buffer.AsMemory(0, count), Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // An end has closed.
        }
    }
}
