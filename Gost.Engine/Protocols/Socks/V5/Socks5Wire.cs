using System.Net;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>
/// The messages of SOCKS5. Reading takes exactly the message's bytes, so that what follows it stays in the stream; each message is written in one
/// write of its own, because GOST's readers throw away what comes in the same segment. Source: RFC 1928, RFC 1929, spec/wire/socks5.md sections 2 and 11.
/// </summary>
internal static class Socks5Wire
{
    public const byte Version = 5;

    private const byte PasswordVersion = 1;

    // VER CMD RSV, then the shortest address.
    private const int HeadLength = 3;
    private const int ShortestMessage = HeadLength + SocksAddress.MinLength;

    /// <summary>Reads a greeting and gives the methods offered. Throws <see cref="FlowException"/> (handshake) or what the stream throws.</summary>
    public static async ValueTask<byte[]> ReadGreetingAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        var head = new byte[2];
        await stream.ReadExactlyAsync(head, cancellationToken);
        if (head[0] != Version)
        {
            throw Bad($"not SOCKS5: it begins with {head[0]:x2}");
        }

        if (head[1] == 0)
        {
            throw Bad("a greeting without methods");
        }

        var methods = new byte[head[1]];
        await stream.ReadExactlyAsync(methods, cancellationToken);
        return methods;
    }

    /// <summary>A greeting that offers methods.</summary>
    public static byte[] Greeting(params ReadOnlySpan<Socks5Method> methods)
    {
        var bytes = new byte[2 + methods.Length];
        (bytes[0], bytes[1]) = (Version, (byte)methods.Length);
        for (var i = 0; i < methods.Length; i++)
        {
            bytes[2 + i] = (byte)methods[i];
        }

        return bytes;
    }

    /// <summary>The server's choice.</summary>
    public static byte[] Choice(Socks5Method method) => [Version, (byte)method];

    /// <summary>Reads the server's choice.</summary>
    public static async ValueTask<Socks5Method> ReadChoiceAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[2];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes[0] == Version ? (Socks5Method)bytes[1] : throw Bad($"the far end does not speak SOCKS5: it answers {bytes[0]:x2} {bytes[1]:x2}");
    }

    /// <summary>Reads user and password.</summary>
    public static async ValueTask<(string User, string Password)> ReadCredentialsAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[byte.MaxValue + 1];
        await stream.ReadExactlyAsync(bytes.AsMemory(0, 2), cancellationToken);
        if (bytes[0] != PasswordVersion)
        {
            throw Bad($"not a user and password: it begins with {bytes[0]:x2}");
        }

        // The user and the length of what follows in one read.
        var length = bytes[1];
        await stream.ReadExactlyAsync(bytes.AsMemory(0, length + 1), cancellationToken);
        var user = Encoding.UTF8.GetString(bytes, 0, length);
        length = bytes[length];
        await stream.ReadExactlyAsync(bytes.AsMemory(0, length), cancellationToken);
        return (user, Encoding.UTF8.GetString(bytes, 0, length));
    }

    /// <summary>User and password, each of at most 255 bytes.</summary>
    public static byte[] Credentials(string user, string password)
    {
        var name = Encoding.UTF8.GetBytes(user);
        var secret = Encoding.UTF8.GetBytes(password);
        return [PasswordVersion, (byte)name.Length, .. name, (byte)secret.Length, .. secret];
    }

    /// <summary>The answer to user and password.</summary>
    public static byte[] Status(bool accepted) => [PasswordVersion, accepted ? (byte)0 : (byte)1];

    /// <summary>Reads the answer to user and password.</summary>
    public static async ValueTask<bool> ReadStatusAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[2];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes[1] == 0;
    }

    /// <summary>A request, with the host as it is: names are resolved at the far end.</summary>
    public static byte[] Request(Socks5Command command, Target address)
    {
        var bytes = new byte[HeadLength + SocksAddress.LengthOf(address)];
        (bytes[0], bytes[1]) = (Version, (byte)command);
        SocksAddress.Write(bytes.AsSpan(HeadLength), address);
        return bytes;
    }

    /// <summary>A request with an IP address and port, or, with null, with 0.0.0.0:0.</summary>
    public static byte[] Request(Socks5Command command, EndPoint? address) => Message((byte)command, address);

    /// <summary>A reply; null = without an address.</summary>
    public static byte[] Reply(Socks5Reply reply, EndPoint? address = null) => Message((byte)reply, address);

    /// <summary>A reply whose address may be a name.</summary>
    public static byte[] Reply(Socks5Reply reply, Target address)
    {
        var bytes = Request((Socks5Command)reply, address);
        return bytes;
    }

    /// <summary>Reads a request or a reply: its code, and its address, null where the address type is unknown.</summary>
    public static async ValueTask<(byte Code, Target? Address)> ReadMessageAsync(DuplexStream stream, TargetNetwork network, CancellationToken cancellationToken)
    {
        var bytes = new byte[HeadLength + SocksAddress.MaxLength];
        await stream.ReadExactlyAsync(bytes.AsMemory(0, ShortestMessage), cancellationToken);
        if (bytes[0] != Version)
        {
            throw Bad($"not SOCKS5: a message begins with {bytes[0]:x2}");
        }

        var length = HeadLength + bytes[HeadLength] switch
        {
            1 => 7,
            3 => 4 + bytes[HeadLength + 1],
            4 => 19,
            _ => 0,
        };
        if (length > ShortestMessage)
        {
            await stream.ReadExactlyAsync(bytes.AsMemory(ShortestMessage, length - ShortestMessage), cancellationToken);
        }

        SocksAddress.TryRead(bytes.AsSpan(HeadLength, Math.Max(length - HeadLength, 1)), network, out var address, out _);
        return (bytes[1], address);
    }

    private static byte[] Message(byte code, EndPoint? address)
    {
        Span<byte> bytes = stackalloc byte[HeadLength + SocksAddress.MaxLength];
        (bytes[0], bytes[1], bytes[2]) = (Version, code, 0);
        return bytes[..(HeadLength + SocksAddress.Write(bytes[HeadLength..], address))].ToArray();
    }

    private static FlowException Bad(string message) => new(FlowLayer.Handshake, FlowError.Failed, message);
}
