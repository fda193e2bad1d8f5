using Gost.Engine.Protocols.Kcp;

namespace Gost.Tests.Protocols.Kcp;

/// <summary>Keeps what a session sends; while there is no room it waits.</summary>
internal sealed class SentPackets : IPacketOutput
{
    public List<byte[]> Datagrams { get; } = [];

    public TaskCompletionSource<bool>? Room { get; set; }

    public async ValueTask<bool> SendAsync(PacketBatch batch)
    {
        if (Room is { } room)
        {
            await room.Task;
        }

        var at = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            Datagrams.Add(batch.Bytes.Slice(at, batch.Lengths[i]).ToArray());
            at += batch.Lengths[i];
        }

        return true;
    }
}
