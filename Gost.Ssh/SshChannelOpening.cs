using Gost.Ssh.Channels;

namespace Gost.Ssh;

/// <summary>A channel that the peer wants to open. Answered once, by accepting or refusing it; the peer waits until then.</summary>
public sealed class SshChannelOpening
{
    private readonly ChannelSet _channels;
    private readonly uint _remoteId;
    private readonly uint _remoteWindow;
    private readonly int _remotePacket;
    private int _answered;

    internal SshChannelOpening(ChannelSet channels, string type, ReadOnlyMemory<byte> data, uint remoteId, uint remoteWindow, int remotePacket)
    {
        (_channels, Type, Data) = (channels, type, data);
        (_remoteId, _remoteWindow, _remotePacket) = (remoteId, remoteWindow, remotePacket);
    }

    /// <summary>The type, such as <c>direct-tcpip</c>.</summary>
    public string Type { get; }

    /// <summary>What belongs to the type; see <see cref="ForwardMessages"/>.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Opens the channel; the caller owns it. On a connection that has ended meanwhile, its reads and writes fail.</summary>
    public SshChannel Accept()
    {
        Answer();
        return _channels.Accept(_remoteId, _remoteWindow, _remotePacket);
    }

    /// <summary>Tells the peer that the channel is not opened, and why.</summary>
    public ValueTask RejectAsync(SshOpenRefusal reason, string text)
    {
        Answer();
        _channels.Refuse(_remoteId, reason, text);
        return ValueTask.CompletedTask;
    }

    private void Answer()
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
        {
            throw new InvalidOperationException("the channel has been answered");
        }

        _channels.Answered();
    }
}
