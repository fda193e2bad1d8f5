using Gost.Engine.Net;
using Gost.Engine.Protocols.WebSocket;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>Heads of upgrades and frames, at both ends of a WebSocket.</summary>
public sealed class WebSocketFuzz
{
    private static readonly string[] Names = ["relay-ws", "relay-mws", "relay-mws-bind-tcp"];

    private static readonly string[] Frames =
    [
        "810548656c6c6f", "818537fa213d7f9f4d5158", "010348656c890548656c6c6f80026c6f", "8200820161820082016282008a00", "827e0003616263",
        "827f0000000000000003616263", "880203e8", "888200000000" + "03e8", "898400000000" + "70696e67", "82ff000000000001000000000000",
    ];

    [Fact]
    public Task Upgrades_Mutated_EndInAStreamOrARefusal() =>
        FuzzRun.RunAsync([.. Names.Select(static x => Recording.Load(x).FromClient()), .. Names.Select(static x => Recording.Load(x).FromServer())], RunAsync);

    [Fact]
    public Task Frames_Mutated_EndInBytesOrAFault() => FuzzRun.RunAsync([.. Frames.Select(Convert.FromHexString)], RunFramesAsync);

    /// <summary>Takes the bytes for what either end gets from the first byte on.</summary>
    internal static async Task RunAsync(byte[] input)
    {
        BufferPool buffers = new();
        FedStream raw = new(ends: true, chunks: input.Chunk(100));
        try
        {
            var (head, behind) = await UpgradeHeadReader.ReadAsync(raw, buffers, CancellationToken.None);
            if (head.StartLine.StartsWith("HTTP/", StringComparison.Ordinal))
            {
                Handshake.ReadResponse(head, "SzTYVeN+PYBjJAqlXVrdTA==");
            }
            else
            {
                Assert.NotEmpty(Handshake.ReadRequest(head, "/ws"));
                _ = ForwardedClient.Find(head);
            }

            await RunFramesAsync(behind);
        }
        catch (Exception e) when (e is UpgradeException or IOException)
        {
            Assert.InRange((e as UpgradeException)?.Status ?? 0, 0, 999);
        }

        Assert.Equal(0, buffers.Outstanding);
    }

    /// <summary>Takes the bytes for frames of a client, then for frames of a server, and reads them with small and large buffers.</summary>
    internal static async Task RunFramesAsync(byte[] input)
    {
        foreach (var (isServer, size) in new[] { (true, 16), (false, 16), (true, 4096), (false, 4096) })
        {
            BufferPool buffers = new();
            FedStream raw = new(ends: true, chunks: input.Chunk(size == 16 ? 3 : 1000));
            WebSocketStreamOptions options = new(isServer ? null : static x => x.Clear(), HalfCloses: true, TimeSpan.Zero, TimeSpan.Zero);
            await using (WebSocketStream stream = new(raw, options, buffers, TimeProvider.System, default))
            {
                try
                {
                    var buffer = new byte[size];
                    var total = 0;
                    int count;
                    do
                    {
                        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, CancellationToken.None));
                        count = await stream.ReadAsync(buffer, CancellationToken.None);
                        total += count;
                    }
                    while (count > 0);

                    Assert.InRange(total, 0, input.Length);
                }
                catch (WebSocketFault)
                {
                    // What a peer that breaks the protocol is answered.
                }
            }

            Assert.Equal(0, buffers.Outstanding);
        }
    }
}
