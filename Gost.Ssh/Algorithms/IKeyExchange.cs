namespace Gost.Ssh.Algorithms;

/// <summary>One side's part of one key exchange: an ephemeral key, used once. Source: RFC 5656 section 4, RFC 8731.</summary>
internal interface IKeyExchange : IDisposable
{
    /// <summary>What the peer gets.</summary>
    ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>
    /// The shared secret as an unsigned number, most significant byte first. Throws <see cref="SshException"/> when <paramref name="peer"/> is no key of
    /// the curve.
    /// </summary>
    byte[] Agree(ReadOnlySpan<byte> peer);
}
