using Gost.Engine.Abstractions;
using Gost.Engine.Net.Loops;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Protocols.Tls;

/// <summary>TLS connections whose far end takes nothing more, so that a write waits.</summary>
[BothLanes]
public sealed class TlsStalledTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_WhileAWriteWaits_EndsItAndAReadBesideIt(bool reads)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "whether a connection is full is only told on Linux");
        await using EngineParts engine = new();
        using var loops = LaneChoice.Open(TestLane.Options(), TimeProvider.System, NullLoggerFactory.Instance);
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services), loops);
        var client = joined.Client!; // both handshakes are done
        var reading = reads ? client.ReadAsync(new byte[1], Token).AsTask() : Task.FromException(new IOException());
        var writing = WriteUntilItFailsAsync(client);
        await Eventually.TrueAsync("full", Limit, () => SocketTables.WaitsForReader(client.LocalEndPoint, client.RemoteEndPoint), Token);

        await Task.Run(() => client.DisposeAsync().AsTask(), Token).WaitAsync(Limit, Token);

        Assert.NotNull(await Record.ExceptionAsync(() => writing.WaitAsync(Limit, Token)));
        Assert.NotNull(await Record.ExceptionAsync(() => reading.WaitAsync(Limit, Token)));
        Assert.True(writing.IsFaulted && reading.IsFaulted);
    }

    private static async Task WriteUntilItFailsAsync(DuplexStream stream)
    {
        var chunk = new byte[32 * 1024];
        while (true)
        {
            await stream.WriteAsync(chunk, Token);
        }
    }
}
