using Gost.Ssh.Algorithms;

namespace Gost.Ssh.Transport;

/// <summary>How the packets of one connection are exchanged. The defaults are those of the product.</summary>
public sealed record SshTransportOptions
{
    /// <summary>The clock of keys and deadlines.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What the peer is told first; begins with <c>SSH-2.0-</c>.</summary>
    public string Identification { get; init; } = "SSH-2.0-Gost_" + typeof(SshTransportOptions).Assembly.GetName().Version!.ToString(3);

    /// <summary>After how many bytes of one direction new keys are made. Source: RFC 4253 section 9.</summary>
    public long RekeyBytes { get; init; } = 1L << 30;

    /// <summary>After how many packets of one direction: far before a sequence number comes twice. Source: RFC 4344 section 3.1.</summary>
    public long RekeyPackets { get; init; } = 1L << 31;

    /// <summary>After which time.</summary>
    public TimeSpan RekeyTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an exchange may take once it has begun; the first one is bounded by its caller.</summary>
    public TimeSpan RekeyTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Key exchanges, the preferred ones first.</summary>
    public IReadOnlyList<string> KeyExchanges { get; init; } = SshAlgorithms.KeyExchanges;

    /// <summary>Signatures of servers that a client takes, the preferred ones first; a server offers those of its keys that are among them.</summary>
    public IReadOnlyList<string> HostKeySignatures { get; init; } = SshAlgorithms.Signatures;

    /// <summary>Kinds of keys that are known of this server: a client prefers those, so that it is shown the key it knows.</summary>
    public IReadOnlyList<string> KnownHostKeys { get; init; } = [];

    /// <summary>Ciphers, the preferred ones first.</summary>
    public IReadOnlyList<string> Ciphers { get; init; } = SshAlgorithms.Ciphers;

    /// <summary>MACs, the preferred ones first.</summary>
    public IReadOnlyList<string> Macs { get; init; } = SshAlgorithms.Macs;
}
