using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Tests.Protocols.Kcp.Packets;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>Datagrams with any bytes are dropped or opened: nothing is thrown, and what comes out is no more than what went in.</summary>
public sealed class KcpPacketFuzz
{
    private readonly PacketCodecs _aes = new(new KcpOptions());
    private readonly PacketCodecs _none = new(new KcpOptions { Crypt = "none" });

    [Fact]
    public Task Open_MutatedRecordings_ThrowsNothing() => FuzzRun.RunAsync(
        [.. Recording.Load("relay-kcp-default").Events.Concat(Recording.Load("relay-kcp-none").Events).Select(static x => x.Bytes)],
        input =>
        {
            foreach (var codecs in (PacketCodecs[])[_aes, _none])
            {
                using var codec = codecs.Create();
                ReceivedSegments received = new();
                codec.Open([.. input], received);
                Assert.True(received.All.Sum(static x => x.Length) <= input.Length);
            }

            return Task.CompletedTask;
        });
}
