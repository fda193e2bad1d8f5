using System.Net.Sockets;
using Gost.Ssh;
using Gost.Ssh.Keys;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh;

/// <summary>What a channel's data costs in memory, counted over the whole process.</summary>
[Collection(AloneCollection.Name)]
public sealed class SshAllocationTests
{
    private const int Packet = 32 * 1024;
    private const int Packets = 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfer_AllocatesNextToNothing()
    {
        OptimizedBuild.Require();
        using var hostKey = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        using var sockets = await SocketPair.CreateAsync(Token);
        var accepting = SshConnection.AcceptAsync(
            new NetworkStream(sockets.Far, ownsSocket: true), new SshServerOptions { HostKeys = [hostKey], AllowNone = true }, Token);
        await using var client = await SshConnection.ConnectAsync(new NetworkStream(sockets.Near, ownsSocket: true), new SshClientOptions(), Token);
        await using var server = await accepting;
        var opened = client.OpenChannelAsync("data", default, Token);
        await using var far = (await server.AcceptChannelAsync(Token))!.Accept();
        await using var near = await opened;
        var (sent, received) = (new byte[2 * Packet], new byte[2 * Packet]);

        var best = long.MaxValue;
        for (var round = 0; round < 8 && best > 0; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var writing = WriteAsync(near, sent);
            for (var left = Packets * Packet; left > 0;)
            {
                left -= await far.ReadAsync(received, Token);
            }

            await writing;
            best = Math.Min(best, (GC.GetTotalAllocatedBytes(precise: true) - before) / Packets);
        }

        // Bytes per packet of 32 KiB: no buffer and no copy, but the state of a write that the socket does not take at once.
        Assert.InRange(best, 0, 256);
    }

    private static async Task WriteAsync(SshChannel channel, byte[] bytes)
    {
        for (var i = 0; i < Packets / 2; i++)
        {
            await channel.WriteAsync(bytes, Token);
        }
    }
}
