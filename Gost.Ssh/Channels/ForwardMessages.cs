using Gost.Ssh.Messages;

namespace Gost.Ssh.Channels;

/// <summary>
/// What belongs to the channels and requests of port forwarding, to and from bytes. Reading throws <see cref="SshException"/> for bytes of another shape.
/// Source: RFC 4254 section 7, OpenSSH PROTOCOL section 2.4.
/// </summary>
public static class ForwardMessages
{
    /// <summary>The channel type by which a client reaches a target from the server.</summary>
    public const string DirectTcpIp = "direct-tcpip";

    /// <summary>The channel type by which a server hands over what its listener for the client accepted.</summary>
    public const string ForwardedTcpIp = "forwarded-tcpip";

    /// <summary>The request for a listener.</summary>
    public const string TcpIpForward = "tcpip-forward";

    /// <summary>The request to close one.</summary>
    public const string CancelTcpIpForward = "cancel-tcpip-forward";

    /// <summary>The channel type by which a client reaches a unix socket from the server.</summary>
    public const string DirectStreamLocal = "direct-streamlocal@openssh.com";

    /// <summary>The request for a listener at a unix socket.</summary>
    public const string StreamLocalForward = "streamlocal-forward@openssh.com";

    /// <summary>The request to close one.</summary>
    public const string CancelStreamLocalForward = "cancel-streamlocal-forward@openssh.com";

    // Longer is neither a name nor the path of a unix socket.
    private const int LongestHost = 1024;

    /// <summary>What <see cref="DirectTcpIp"/> and <see cref="ForwardedTcpIp"/> carry.</summary>
    public static byte[] WriteTcpIp(SshTcpIpChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new SshWriter().WriteText(channel.Host).WriteUInt32(channel.Port).WriteText(channel.OriginHost).WriteUInt32(channel.OriginPort).ToArray();
    }

    /// <summary>Reads what <see cref="WriteTcpIp"/> writes.</summary>
    public static SshTcpIpChannel ReadTcpIp(ReadOnlyMemory<byte> data)
    {
        SshReader reader = new(data.Span);
        SshTcpIpChannel channel = new(ReadHost(ref reader), ReadPort(ref reader), ReadHost(ref reader), ReadPort(ref reader));
        reader.ReadEnd();
        return channel;
    }

    /// <summary>What <see cref="TcpIpForward"/> and <see cref="CancelTcpIpForward"/> carry.</summary>
    public static byte[] WriteBind(string host, ushort port) => new SshWriter().WriteText(host).WriteUInt32(port).ToArray();

    /// <summary>Reads what <see cref="WriteBind"/> writes.</summary>
    public static (string Host, ushort Port) ReadBind(ReadOnlyMemory<byte> data)
    {
        SshReader reader = new(data.Span);
        var bind = (ReadHost(ref reader), ReadPort(ref reader));
        reader.ReadEnd();
        return bind;
    }

    /// <summary>The answer to <see cref="TcpIpForward"/> with port 0: the port that was taken.</summary>
    public static byte[] WriteBoundPort(ushort port) => new SshWriter().WriteUInt32(port).ToArray();

    /// <summary>The port of the answer to <see cref="TcpIpForward"/>; null where it holds none.</summary>
    public static ushort? ReadBoundPort(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
        {
            return null;
        }

        SshReader reader = new(data.Span);
        var port = ReadPort(ref reader);
        reader.ReadEnd();
        return port;
    }

    /// <summary>What <see cref="DirectStreamLocal"/> carries: the path and two reserved members.</summary>
    public static byte[] WriteDirectStreamLocal(string path) => new SshWriter().WriteText(path).WriteText("").WriteUInt32(0).ToArray();

    /// <summary>The path of <see cref="DirectStreamLocal"/>.</summary>
    public static string ReadDirectStreamLocal(ReadOnlyMemory<byte> data)
    {
        SshReader reader = new(data.Span);
        var path = ReadHost(ref reader);
        reader.ReadString();
        reader.ReadUInt32();
        reader.ReadEnd();
        return path;
    }

    /// <summary>What <see cref="StreamLocalForward"/> and <see cref="CancelStreamLocalForward"/> carry.</summary>
    public static byte[] WriteStreamLocal(string path) => new SshWriter().WriteText(path).ToArray();

    /// <summary>Reads what <see cref="WriteStreamLocal"/> writes.</summary>
    public static string ReadStreamLocal(ReadOnlyMemory<byte> data)
    {
        SshReader reader = new(data.Span);
        var path = ReadHost(ref reader);
        reader.ReadEnd();
        return path;
    }

    private static string ReadHost(ref SshReader reader) => reader.ReadText(LongestHost);

    private static ushort ReadPort(ref SshReader reader) => reader.ReadUInt32() is var port and <= ushort.MaxValue
        ? (ushort)port
        : throw new SshException(SshFailure.Protocol, SshDisconnectReason.ProtocolError, "the SSH peer names a port beyond 65535");
}
