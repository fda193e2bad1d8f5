using System.Net.Sockets;
using Gost.Tests.Matrix;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.ControlPlane;

/// <summary>Connections that are cut by name while they are in every state, over real sockets.</summary>
[BothLanes]
public sealed class CutConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("relay+tcp")]
    [InlineData("relay+tls")]
    [InlineData("socks5+mws")]
    public async Task Cut_WhileTheTargetTakesNothing_EndsBothSides(string hop)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TcpTarget target = new(async (socket, ct) =>
        {
            await release.Task.WaitAsync(ct);
            await DrainAsync(socket, ct);
            ended.SetResult();
        });
        string[] hops = hop.Length == 0 ? [] : [$"{hop}://127.0.0.1:{await far.StartAsync(hop + "://127.0.0.1:{port}")}"];
        var port = await near.StartAsync($"tcp://127.0.0.1:{{port}}/{target.Address}", hops);
        using var client = await LiveEngine.ConnectAsync(port);
        await FillAsync(client);

        var control = near.Engines[0].Control;
        Assert.True(control.CloseConnection("service-0", Assert.Single(control.GetConnections("service-0")!).Id)); // started above
        await Eventually.TrueAsync("cut", TimeSpan.FromSeconds(30), () => control.GetConnections("service-0") is [], Token);
        await Assert.ThrowsAsync<SocketException>(() => DrainAsync(client, Token));
        release.SetResult();
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    /// <summary>Sends until nothing more is taken for a while.</summary>
    private static async Task FillAsync(Socket client)
    {
        client.Blocking = false;
        var chunk = new byte[64 * 1024];
        for (var quiet = 0; quiet < 5;)
        {
            try
            {
                client.Send(chunk);
                quiet = 0;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                quiet++;
                await Task.Delay(50, Token);
            }
        }
    }

    private static async Task DrainAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
        {
        }
    }
}
