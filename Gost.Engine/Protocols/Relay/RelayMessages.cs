using System.Buffers.Binary;
using System.Net;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Writes requests and responses, byte for byte as GOST 3.2.6 does. Source: spec/wire/relay.md sections 2 to 4.</summary>
internal static class RelayMessages
{
    /// <summary>Bytes of a message before its features.</summary>
    public const int HeaderLength = 4;

    /// <summary>The one version of the protocol.</summary>
    public const byte Version = 1;

    /// <summary>Flag of a request for datagrams, beside the network feature.</summary>
    public const byte UdpFlag = 0x80;

    /// <summary>Bits of the second byte that are the command.</summary>
    public const byte CommandMask = 0x0f;

    private const int NetworkLength = RelayFeatures.HeaderLength + sizeof(ushort);

    /// <summary>
    /// A request. Credentials stand before the network in a bind and behind it in a connect, which names TCP not at all. Throws
    /// <see cref="FlowException"/> for a host name over 255 bytes.
    /// </summary>
    /// <param name="command">What is asked for.</param>
    /// <param name="network">The kind of flow.</param>
    /// <param name="credentials">The whole feature as <see cref="Credentials"/> gives it; empty = none.</param>
    /// <param name="address">The target or the bind address.</param>
    public static byte[] Request(RelayCommand command, RelayNetwork network, ReadOnlySpan<byte> credentials, Target address)
    {
        var addressLength = SocksAddress.LengthOf(address);
        var hasNetwork = command != RelayCommand.Connect || network != RelayNetwork.Tcp;
        var features = credentials.Length + (hasNetwork ? NetworkLength : 0) + RelayFeatures.HeaderLength + addressLength;
        var request = new byte[HeaderLength + features];
        request[0] = Version;
        request[1] = (byte)((byte)command | (network == RelayNetwork.Udp ? UdpFlag : 0));
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(2), (ushort)features);
        var rest = request.AsSpan(HeaderLength);
        if (command == RelayCommand.Bind)
        {
            Append(ref rest, credentials);
        }

        if (hasNetwork)
        {
            WriteHeader(rest, RelayFeatures.NetworkType, sizeof(ushort));
            BinaryPrimitives.WriteUInt16BigEndian(rest[RelayFeatures.HeaderLength..], (ushort)network);
            rest = rest[NetworkLength..];
        }

        if (command != RelayCommand.Bind)
        {
            Append(ref rest, credentials);
        }

        WriteHeader(rest, RelayFeatures.AddressType, addressLength);
        SocksAddress.Write(rest[RelayFeatures.HeaderLength..], address);
        return request;
    }

    /// <summary>The feature that carries a user's name and password, each of at most 255 bytes.</summary>
    public static byte[] Credentials(string username, string password)
    {
        var (name, secret) = (Encoding.UTF8.GetBytes(username), Encoding.UTF8.GetBytes(password));
        var feature = new byte[RelayFeatures.HeaderLength + 2 + name.Length + secret.Length];
        WriteHeader(feature, RelayFeatures.UserAuthType, 2 + name.Length + secret.Length);
        var value = feature.AsSpan(RelayFeatures.HeaderLength);
        value[0] = checked((byte)name.Length);
        name.CopyTo(value[1..]);
        value[1 + name.Length] = checked((byte)secret.Length);
        secret.CopyTo(value[(2 + name.Length)..]);
        return feature;
    }

    /// <summary>A response without features.</summary>
    public static byte[] Response(RelayStatus status) => [Version, (byte)status, 0, 0];

    /// <summary>A response that says where the far end listens, or, as a stream's greeting, who the outside peer is.</summary>
    public static byte[] Response(RelayStatus status, EndPoint address)
    {
        Span<byte> value = stackalloc byte[SocksAddress.MaxLength];
        var length = SocksAddress.Write(value, address);
        var response = new byte[HeaderLength + RelayFeatures.HeaderLength + length];
        (response[0], response[1]) = (Version, (byte)status);
        BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(2), (ushort)(RelayFeatures.HeaderLength + length));
        WriteHeader(response.AsSpan(HeaderLength), RelayFeatures.AddressType, length);
        value[..length].CopyTo(response.AsSpan(HeaderLength + RelayFeatures.HeaderLength));
        return response;
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static void WriteHeader(Span<byte> feature, byte type, int length)
    {
        feature[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(feature[1..], (ushort)length);
    }
}
