namespace Gost.Ssh.Channels;

/// <summary>Sizes of channels. Source: spec/wire/ssh.md section 2.</summary>
internal static class ChannelLimits
{
    /// <summary>The most data in one message, in either direction.</summary>
    public const int PacketSize = 32 * 1024;

    /// <summary>The most channels of a connection, whatever its options say.</summary>
    public const int MostChannels = 10_000;

    private const int LargeWindow = 64 * PacketSize;
    private const int MiddleWindow = 8 * PacketSize;
    private const int SmallWindow = 2 * PacketSize;
    private const int LargeWindows = 64;
    private const int MiddleWindows = 512;

    /// <summary>
    /// What the peer may send before it was read, for a channel beside <paramref name="others"/>: a peer with thousands of channels whose readers stand
    /// still takes no more memory than the windows add up to.
    /// </summary>
    public static int WindowBeside(int others) => others < LargeWindows ? LargeWindow : others < MiddleWindows ? MiddleWindow : SmallWindow;
}
