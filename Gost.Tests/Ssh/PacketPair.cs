using System.Threading.Channels;

namespace Gost.Tests.Ssh;

/// <summary>Two ends of packets in memory; a sender waits while the far end has <c>capacity</c> of them to receive.</summary>
internal sealed class PacketPair : IAsyncDisposable
{
    public PacketPair(int capacity = 16)
    {
        var up = Channel.CreateBounded<byte[]>(capacity);
        var down = Channel.CreateBounded<byte[]>(capacity);
        Near = new PacketEnd(up.Writer, down.Reader);
        Far = new PacketEnd(down.Writer, up.Reader);
    }

    public PacketEnd Near { get; }

    public PacketEnd Far { get; }

    public async ValueTask DisposeAsync()
    {
        await Near.DisposeAsync();
        await Far.DisposeAsync();
    }
}
