namespace Gost.Ssh;

/// <summary>Limits of a connection that hold for either side.</summary>
public sealed record SshConnectionOptions
{
    /// <summary>Channels of the peer that may wait to be accepted; more are refused, and with 0 every one.</summary>
    public int ChannelBacklog { get; init; } = 128;

    /// <summary>Requests of the peer that may wait to be received; more are refused, and with 0 every one.</summary>
    public int RequestBacklog { get; init; } = 64;

    /// <summary>Channels of both sides that may be open at once; at most 10,000.</summary>
    public int MaxChannels { get; init; } = 10_000;
}
