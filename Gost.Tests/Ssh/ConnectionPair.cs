using Gost.Ssh;
using Gost.Ssh.Transport;

namespace Gost.Tests.Ssh;

/// <summary>Two connections that are logged in, over packets in memory.</summary>
internal sealed class ConnectionPair : IAsyncDisposable
{
    public ConnectionPair(SshConnectionOptions? near = null, SshConnectionOptions? far = null, int capacity = 16, bool own = true)
    {
        Packets = new PacketPair(capacity);
        Near = Connect(Packets.Near, near, own ? "SSH-2.0-Gost_1" : "SSH-2.0-Go");
        Far = Connect(Packets.Far, far, own ? "SSH-2.0-Gost_1" : "SSH-2.0-Go");
    }

    public PacketPair Packets { get; }

    public SshConnection Near { get; }

    public SshConnection Far { get; }

    /// <summary>One connection that is logged in.</summary>
    public static SshConnection Connect(
        IPacketTransport transport, SshConnectionOptions? options = null, string peer = "SSH-2.0-Gost_1", TimeProvider? time = null, TimeSpan keepAlive = default)
    {
        SshConnection connection = new(transport, options ?? new SshConnectionOptions(), time ?? TimeProvider.System, "user", null, peer);
        connection.Start(keepAlive, TimeSpan.FromSeconds(15), 2);
        return connection;
    }

    /// <summary>A channel that is open at both ends.</summary>
    public async Task<(SshChannel Near, SshChannel Far)> OpenAsync(CancellationToken cancellationToken)
    {
        var near = Near.OpenChannelAsync("a-type", "data"u8.ToArray(), cancellationToken);
        var opening = await Far.AcceptChannelAsync(cancellationToken);
        var far = opening!.Accept();
        return (await near, far);
    }

    public async ValueTask DisposeAsync()
    {
        await Near.DisposeAsync();
        await Far.DisposeAsync();
        await Packets.DisposeAsync();
    }
}
