using System.Net;
using System.Net.Sockets;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Persistence;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Data.Sqlite;
using Xunit;
using static Gost.Tests.ControlPlane.LiveEngine;

namespace Gost.Tests.ControlPlane;

[BothLanes]
public sealed class LiveTrafficTests
{
    [Fact]
    public async Task TenThousandConnects_DuringAHundredPuts_AreAllServed()
    {
        const int connects = 10_000;
        const int clients = 8;
        await using var first = TcpTarget.Echo();
        await using var second = TcpTarget.Echo();
        await using var engine = await StartAsync();
        await engine.CreateAsync(Service("a", "127.0.0.1:0", first.Address));
        var port = engine.Port("a");
        var left = connects;
        var served = 0;
        async Task ClientAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                Assert.True(await ServesAsync(port));
                Interlocked.Increment(ref served);
            }
        }

        var running = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => ClientAsync()));
        for (var i = 1; i <= 100; i++)
        {
            // Spread over the whole run: one change per hundred connects.
            while (Volatile.Read(ref served) < (i - 1) * (connects / 100) && !running.IsCompleted)
            {
                await Task.Yield();
            }

            var target = i % 2 == 0 ? first.Address : second.Address;
            await engine.ApplyAsync(new ReplaceObject(ConfigKind.Services, "a", Service("a", "127.0.0.1:0", target)));
            Assert.Equal(port, engine.Port("a"));
        }

        await running;
        Assert.Equal(connects, served);
        Assert.Equal(connects, first.Accepted + second.Accepted);
        Assert.True(first.Accepted > 0 && second.Accepted > 0);
        Assert.Equal((101, 0), (engine.Control.GetStatus("a")?.Generation, engine.Control.GetStatus("a")?.Stats.TotalErrs));
    }

    [Fact]
    public async Task AThousandChangesOfOtherServices_DropNoLongLivedConnection()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await StartAsync(SqliteStores.Create("Data Source=:memory:", TimeProvider.System));
        await engine.CreateAsync(Service("keep", "127.0.0.1:0", target.Address));
        List<Socket> flows = [];
        try
        {
            for (var i = 0; i < 100; i++)
            {
                flows.Add(await ConnectAsync(engine.Port("keep")));
                Assert.True(await EchoesAsync(flows[i]));
            }

            for (var i = 0; i < 250; i++)
            {
                var name = $"other-{i % 10}";
                await engine.CreateAsync(Service(name, "127.0.0.1:0", target.Address));
                await engine.ApplyAsync(new ReplaceObject(ConfigKind.Services, name, Service(name, "127.0.0.2:0", target.Address)));
                await engine.ApplyAsync(new ReplaceObject(ConfigKind.Services, name, Service(name, "127.0.0.2:0", "127.0.0.1:1")));
                await engine.ApplyAsync(new DeleteObject(ConfigKind.Services, name));
            }

            foreach (var flow in flows)
            {
                Assert.True(await EchoesAsync(flow));
            }

            Assert.Equal((100, 1), (engine.Control.GetStatus("keep")?.Stats.CurrentConns, engine.Control.GetStatus("keep")?.Generation));
            Assert.Equal(1001, engine.Control.Desired.Revision);
        }
        finally
        {
            flows.ForEach(static x => x.Dispose());
        }
    }

    [Fact]
    public async Task AChangeToATakenPort_IsRefused_AndTrafficGoesOn()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await StartAsync();
        await engine.CreateAsync(Service("a", "127.0.0.1:0", target.Address));
        var port = engine.Port("a");
        using var flow = await ConnectAsync(port);
        using Socket holder = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port; // Bound just above.
        ReplaceObject change = new(ConfigKind.Services, "a", Service("a", $"127.0.0.1:{taken}", target.Address));
        var refused = Assert.IsType<ChangeRefused>(await engine.Control.ApplyAsync(change, Token));
        Assert.Equal(ChangeRefusal.CannotPrepare, refused.Reason);
        Assert.StartsWith($"create service a failed: listen tcp 127.0.0.1:{taken}: bind: address already in use", refused.Message, StringComparison.Ordinal);
        Assert.True(await EchoesAsync(flow));
        Assert.True(await ServesAsync(port));
        Assert.Equal(port, engine.Port("a"));
    }

    [Fact]
    public async Task AMove_ClosesTheOldPortBeforeTheAnswer()
    {
        await using var target = TcpTarget.Echo();
        await using var engine = await StartAsync();
        await engine.CreateAsync(Service("a", "127.0.0.1:0", target.Address));
        var old = engine.Port("a");
        using var flow = await ConnectAsync(old);
        Assert.True(await EchoesAsync(flow));
        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Services, "a", Service("a", $"127.0.0.1:{FreePort()}", target.Address)));
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(old));
        Assert.True(await ServesAsync(engine.Port("a")));
        Assert.True(await EchoesAsync(flow));
    }

    [Fact]
    public async Task TwoServices_SwapTheirPorts_InOneImport()
    {
        await using var left = TcpTarget.Echo();
        await using var right = TcpTarget.Echo();
        await using var engine = await StartAsync();
        await engine.CreateAsync(Service("a", $"127.0.0.1:{FreePort()}", left.Address));
        await engine.CreateAsync(Service("b", $"127.0.0.1:{FreePort()}", right.Address));
        var (a, b) = (engine.Port("a"), engine.Port("b"));
        GostConfig swapped = new() { Services = [Service("a", $"127.0.0.1:{b}", left.Address), Service("b", $"127.0.0.1:{a}", right.Address)] };
        await engine.ApplyAsync(new ImportDocument(swapped, Replace: false));
        Assert.Equal((b, a), (engine.Port("a"), engine.Port("b")));
        Assert.True(await ServesAsync(b));
        Assert.Equal((1, 0), (left.Accepted, right.Accepted));
        Assert.True(await ServesAsync(a));
        Assert.Equal((1, 1), (left.Accepted, right.Accepted));
    }

    [Fact]
    public async Task ABootWithATakenPort_FailsThatServiceAlone_UntilThePortIsFree()
    {
        await using var target = TcpTarget.Echo();
        Socket holder = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port; // Bound just above.
        await using LiveEngine engine = new(new FakeStore
        {
            State = BootTests.State(Service("a", $"127.0.0.1:{taken}", target.Address), Service("b", "127.0.0.1:0", target.Address)),
        });
        await engine.Engine.StartAsync(null, Token);
        Assert.Equal(ServiceState.Failed, engine.Control.GetStatus("a")?.State);
        Assert.True(await ServesAsync(engine.Port("b")));
        holder.Dispose();
        await Eventually.TrueAsync(
            "the service's retry", TimeSpan.FromSeconds(30), () => engine.Control.GetStatus("a")?.State == ServiceState.Ready, Token);
        Assert.True(await ServesAsync(taken));
    }

    [Theory]
    [InlineData("PRAGMA max_page_count = 1", ChangeRefusal.DiskFull)]
    [InlineData("PRAGMA query_only = 1", ChangeRefusal.StoreUnavailable)]
    public async Task AStoreThatCannotBeWritten_RefusesChanges_LeavesTraffic_AndRecovers(string fault, ChangeRefusal reason)
    {
        using TempFolder folder = new();
        await using var target = TcpTarget.Echo();
        SqliteConfigStore store = new($"Data Source={folder.File("gost.db")}", TimeProvider.System);
        await using var engine = await StartAsync(store);
        await engine.CreateAsync(Service("a", "127.0.0.1:0", target.Address));
        using var flow = await ConnectAsync(engine.Port("a"));
        store.Opened = x => Execute(x, fault);
        store.Reopen();

        // Large enough for new pages, which a full disk does not give.
        var big = Service("b", "127.0.0.1:0", [.. Enumerable.Range(0, 2000).Select(static x => $"127.0.0.1:{x + 1}")]);
        var refused = Assert.IsType<ChangeRefused>(await engine.Control.ApplyAsync(new CreateObject(ConfigKind.Services, big), Token));
        Assert.Equal(reason, refused.Reason);
        Assert.Null(engine.Control.GetStatus("b"));
        Assert.True(await EchoesAsync(flow));
        Assert.True(await ServesAsync(engine.Port("a")));
        store.Opened = null;
        store.Reopen();
        await engine.CreateAsync(big);
        Assert.Equal(ServiceState.Ready, engine.Control.GetStatus("b")?.State);
    }

    // Chosen by the system; nothing else asks for it before the engine binds it a moment later.
    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // Bound just above.
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
