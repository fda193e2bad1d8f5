using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Relay;
using Gost.Tests.Protocols.Relay;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>Requests, responses, greetings and length-prefixed datagrams of relay.</summary>
public sealed class RelayFuzz
{
    [Fact]
    public Task Messages_Mutated_NeverBreakTheReader()
    {
        List<byte[]> seeds = [];
        foreach (var name in RelayRecordingTests.All)
        {
            foreach (var stream in RecordedRelay.Read(Recording.Load(name)))
            {
                seeds.Add(stream.FromClient);
                seeds.Add(stream.FromServer);
            }
        }

        return FuzzRun.RunAsync(seeds, RunAsync);
    }

    /// <summary>Takes the bytes for what either end of relay may get: one message, then datagrams.</summary>
    internal static async Task RunAsync(byte[] input)
    {
        BufferPool buffers = new();
        FedStream stream = new(ends: true, chunks: input.Chunk(input.Length > 64 ? 1000 : 7));
        var datagram = new byte[256];
        await using (LengthPrefixedChannel channel = new(stream, buffers))
        {
            try
            {
                RelayMessageReader message = new();
                if (await message.ReadAsync(stream, CancellationToken.None))
                {
                    _ = message.Features((message.Code & RelayMessages.UdpFlag) != 0);
                }

                while (await channel.ReceiveAsync(datagram, CancellationToken.None) is { } received)
                {
                    Assert.InRange(received.Length, 0, datagram.Length);
                }
            }
            catch (FlowException e) when (e.Layer == FlowLayer.Handshake)
            {
                // What a peer that does not speak relay is told.
            }
        }

        Assert.Equal(0, buffers.Outstanding);
    }
}
