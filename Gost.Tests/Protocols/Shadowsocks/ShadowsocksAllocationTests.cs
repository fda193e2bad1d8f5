using Gost.Engine.Net;
using Gost.Engine.Protocols.Shadowsocks;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Shadowsocks;

public sealed class ShadowsocksAllocationTests
{
    [Fact]
    public async Task Transfer_OfManyBlocks_AllocatesNothing()
    {
        OptimizedBuild.Require();
        BufferPool buffers = new();
        EchoedStream loop = new();
        await using ShadowsocksStream client = new(loop, ShadowsocksParts.Key("aes-256-gcm"), null, new SaltFilter(), buffers);
        await using ShadowsocksStream server = new(loop, ShadowsocksParts.Key("aes-256-gcm"), null, new SaltFilter(), buffers);
        var payload = new byte[40_000];
        var buffer = new byte[payload.Length];
        Exchange(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange(int blocks)
        {
            for (var i = 0; i < blocks; i++)
            {
                // Everything completes at once. The asserts and the test's token would allocate.
                client.WriteAsync(payload, CancellationToken.None).GetAwaiter().GetResult();
                var waited = server.ReadAsync(Memory<byte>.Empty, CancellationToken.None).GetAwaiter().GetResult();
                var count = 0;
                while (count < payload.Length)
                {
                    count += server.ReadAsync(buffer.AsMemory(count), CancellationToken.None).GetAwaiter().GetResult();
                }

                if (waited != 0 || count != payload.Length)
                {
                    throw new InvalidOperationException($"read {waited} and {count} bytes");
                }
            }
        }
    }
}
