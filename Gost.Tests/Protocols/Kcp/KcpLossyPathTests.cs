using Gost.Engine.Protocols.Kcp;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Kcp;

public sealed class KcpLossyPathTests(ITestOutputHelper output)
{
    private const int Length = 16 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfer_FivePercentLostAndReordered_IsIntactInTime()
    {
        // kcp.mode=fast3 with windows of 1024.
        KcpOptions options = new() { NoDelay = true, Interval = 10, Resend = 2, NoCongestion = true, SendWindow = 1024, ReceiveWindow = 1024 };
        await using var pair = await KcpPair.StartAsync(options);
        await using LossyUdpRelay relay = new(pair.Address.Port, 0.05, TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(10));
        pair.Port = relay.Port;
        var start = TimeProvider.System.GetTimestamp();
        await using var near = await pair.OpenAsync();
        await near.WriteAsync(new byte[1], Token);
        await using var flow = await pair.AcceptAsync();
        Assert.Equal(1, await flow.Stream!.ReadAsync(new byte[1], Token));
        var received = RandomBytes.ReceiveAsync(x => flow.Stream.ReadAsync(x, Token));
        var hash = await RandomBytes.SendAsync(x => near.WriteAsync(x, Token), Length, 5).WaitAsync(Patience, Token);
        await near.CompleteWritesAsync(Token);
        Assert.Equal((Length, hash), await received.WaitAsync(Patience, Token));
        var elapsed = TimeProvider.System.GetElapsedTime(start);
        output.WriteLine($"{Length >> 20} MiB in {elapsed.TotalSeconds:0.00} s; {relay.Passed} datagrams passed, {relay.Lost} were lost");
        Assert.True(elapsed < Patience, $"{elapsed}");
    }
}
