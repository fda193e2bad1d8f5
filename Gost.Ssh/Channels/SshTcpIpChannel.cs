namespace Gost.Ssh.Channels;

/// <summary>
/// The two ends of a forwarded connection as text: the target of <c>direct-tcpip</c>, or the listener of <c>forwarded-tcpip</c> as it was asked for, and
/// where the connection comes from.
/// </summary>
/// <param name="Host">The name or address, as the peer wrote it.</param>
/// <param name="Port">The port.</param>
/// <param name="OriginHost">Who connected.</param>
/// <param name="OriginPort">The port of who connected.</param>
public sealed record SshTcpIpChannel(string Host, ushort Port, string OriginHost, ushort OriginPort);
