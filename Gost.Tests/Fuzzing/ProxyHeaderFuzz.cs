using System.Net;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.ProxyProtocol;
using Gost.Engine.Net;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>Headers of the PROXY protocol, both versions, as a listener reads them.</summary>
public sealed class ProxyHeaderFuzz
{
    [Fact]
    public Task Header_Mutated_NeverBreaksTheReader()
    {
        var (v4, v6) = (IPEndPoint.Parse("192.0.2.1:1000"), IPEndPoint.Parse("[2001:db8::1]:1000"));
        return FuzzRun.RunAsync(
            [
                ProxyHeaderWriter.Write(1, v4, v4),
                ProxyHeaderWriter.Write(1, v6, v6),
                ProxyHeaderWriter.Write(2, v4, v4),
                ProxyHeaderWriter.Write(2, v6, v6),
                Encoding.ASCII.GetBytes("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\n\r\n"),
                Encoding.ASCII.GetBytes("no header at all"),
            ],
            RunAsync);
    }

    /// <summary>Takes the bytes for what a client sends first; what is behind a header, or all without one, is still there.</summary>
    internal static async Task RunAsync(byte[] input)
    {
        BufferPool buffers = new();
        await using FedStream stream = new(ends: true, chunks: input.Chunk(input.Length > 64 ? 1000 : 7));
        try
        {
            var (behind, header) = await ProxyHeaderReader.ReadAsync(stream, buffers, TimeProvider.System, CancellationToken.None);
            var rest = 0;
            var buffer = new byte[512];
            while (await behind.ReadAsync(buffer, CancellationToken.None) is var count and > 0)
            {
                rest += count;
            }

            Assert.InRange(rest, 0, input.Length);
            Assert.True(header is not null || rest == input.Length, "bytes that were no header are lost");
        }
        catch (FlowException)
        {
            // What a peer whose header cannot be read, or ends early, is told.
        }

        Assert.Equal(0, buffers.Outstanding);
    }
}
