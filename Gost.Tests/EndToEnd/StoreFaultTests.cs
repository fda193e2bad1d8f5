using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>A running program whose store cannot be written: changes are refused with the reason, traffic goes on, and it recovers by itself.</summary>
[Collection(ProgramsCollection.Name)]
[BothLanes]
public sealed class StoreFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task DiskFull_ChangeIsRefusedWith507_TrafficGoesOn_AndItRecovers()
    {
        await using var target = TcpTarget.Echo();
        await using var disk = await SmallDisk.MountAsync(Token);
        await using var gost = await GostProcess.StartStoreAsync(disk.Folder, Token, "-db", disk.File("gost.db"));
        var port = Ports.Free();
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(gost, HttpMethod.Post, "", port, target.Address, "0")).Status);
        using var longLived = await LoopbackClient.ConnectAsync(port, Token);
        Assert.True(await EchoesAsync(longLived));

        var filler = disk.Fill();
        var (status, body) = await PutUntilRefusedAsync(gost, port, target.Address);
        Assert.Equal(HttpStatusCode.InsufficientStorage, status);
        Assert.Equal(50700, (int?)body["code"]);
        Assert.NotEmpty((string)body["msg"]!);
        var revision = (await gost.Api.GetAsync("/config/services/web", Token)).Headers.ETag;
        Assert.True(await EchoesAsync(longLived));
        using (var fresh = await LoopbackClient.ConnectAsync(port, Token))
        {
            Assert.True(await EchoesAsync(fresh));
        }

        File.Delete(filler);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(gost, HttpMethod.Put, "/web", port, target.Address, "after")).Status);
        Assert.NotEqual(revision, (await gost.Api.GetAsync("/config/services/web", Token)).Headers.ETag);
        Assert.True(await EchoesAsync(longLived));
        longLived.Dispose();
        Assert.Equal(0, await gost.StopAsync(Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task DiskFullAtStart_ForwardsWhatIsStored_RefusesChangesWith507_AndRecovers()
    {
        await using var target = TcpTarget.Echo();
        await using var disk = await SmallDisk.MountAsync(Token);
        var port = Ports.Free();
        await using (var before = await GostProcess.StartStoreAsync(disk.Folder, Token, "-db", disk.File("gost.db")))
        {
            Assert.Equal(HttpStatusCode.OK, (await PutAsync(before, HttpMethod.Post, "", port, target.Address, "0")).Status);
            Assert.Equal(0, await before.StopAsync(Token));
        }

        var filler = disk.Fill();
        await using var gost = await GostProcess.StartStoreAsync(disk.Folder, Token, "-db", disk.File("gost.db"));
        using var client = await LoopbackClient.ConnectAsync(port, Token);
        Assert.True(await EchoesAsync(client));
        var (status, body) = await PutAsync(gost, HttpMethod.Put, "/web", port, target.Address, "1");
        Assert.Equal(HttpStatusCode.InsufficientStorage, status);
        Assert.Equal(50700, (int?)body["code"]);
        Assert.True(await EchoesAsync(client));

        File.Delete(filler);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(gost, HttpMethod.Put, "/web", port, target.Address, "2")).Status);
        Assert.True(await EchoesAsync(client));
        client.Dispose();
        Assert.Equal(0, await gost.StopAsync(Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task ReadOnlyStore_ForwardsWhatIsStored_RefusesChangesWith503_AndRecovers()
    {
        await using var target = TcpTarget.Echo();
        await using var disk = await SmallDisk.MountAsync(Token);
        var port = Ports.Free();
        await using (var before = await GostProcess.StartStoreAsync(disk.Folder, Token, "-db", disk.File("gost.db")))
        {
            Assert.Equal(HttpStatusCode.OK, (await PutAsync(before, HttpMethod.Post, "", port, target.Address, "0")).Status);
            Assert.Equal(0, await before.StopAsync(Token));
        }

        await disk.RemountAsync("ro", Token);
        await using var gost = await GostProcess.StartStoreAsync(disk.Folder, Token, "-db", disk.File("gost.db"));
        using var client = await LoopbackClient.ConnectAsync(port, Token);
        Assert.True(await EchoesAsync(client));
        var (status, body) = await PutAsync(gost, HttpMethod.Put, "/web", port, target.Address, "1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(50300, (int?)body["code"]);
        Assert.Contains("read-only", (string?)body["msg"], StringComparison.Ordinal);
        Assert.True(await EchoesAsync(client));

        await disk.RemountAsync("rw", Token);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(gost, HttpMethod.Put, "/web", port, target.Address, "2")).Status);
        Assert.True(await EchoesAsync(client));
        client.Dispose();
        Assert.Equal(0, await gost.StopAsync(Token));
    }

    // What is full is the file system; the write-ahead log may have pages to use up before that shows.
    private static async Task<(HttpStatusCode Status, JsonNode Body)> PutUntilRefusedAsync(GostProcess gost, int port, string target)
    {
        for (var i = 0; i < 100; i++)
        {
            var answer = await PutAsync(gost, HttpMethod.Put, "/web", port, target, new string((char)('a' + (i % 26)), 20_000));
            if (answer.Status != HttpStatusCode.OK)
            {
                return answer;
            }
        }

        throw new InvalidOperationException("100 changes of 20 kB each fitted on a full disk");
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> PutAsync(
        GostProcess gost, HttpMethod method, string name, int port, string target, string label)
    {
        using HttpRequestMessage request = new(method, $"/config/services{name}")
        {
            Content = JsonContent.Create(new
            {
                name = "web",
                addr = $"127.0.0.1:{port}",
                handler = new { type = "tcp" },
                listener = new { type = "tcp" },
                forwarder = new { nodes = new[] { new { name = "target-0", addr = target } } },
                metadata = new { labels = new { label } },
            }),
        };
        using var answer = await gost.Api.SendAsync(request, Token);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!);
    }

    private static async Task<bool> EchoesAsync(Socket client)
    {
        await client.SendAsync("x"u8.ToArray(), Token);
        return await client.ReceiveAsync(new byte[1], Token) == 1;
    }
}
