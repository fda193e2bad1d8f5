namespace Gost.Ssh;

/// <summary>What went wrong with an SSH connection, in words for its user.</summary>
public sealed class SshException : Exception
{
    /// <summary>A failure with the reason that the peer is told.</summary>
    public SshException(SshFailure failure, SshDisconnectReason reason, string message, Exception? inner = null)
        : base(message, inner) => (Failure, Reason) = (failure, reason);

    /// <summary>At which stage.</summary>
    public SshFailure Failure { get; }

    /// <summary>The reason code of the protocol.</summary>
    public SshDisconnectReason Reason { get; }

    /// <summary>Why the peer did not open a channel; null for every other failure.</summary>
    public SshOpenRefusal? Refusal { get; init; }
}
