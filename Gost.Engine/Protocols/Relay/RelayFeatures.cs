using System.Buffers.Binary;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Relay;

/// <summary>The features of a message: type, length and value, back to back, in any order; of a type that is repeated the last counts.</summary>
/// <param name="Network">What kind of flow it is about.</param>
/// <param name="Username">Empty when no credentials were given.</param>
/// <param name="Password">Empty when no credentials were given.</param>
/// <param name="Address">The target, the bind address, or where the far end listens; null = none was given.</param>
/// <param name="FirstAddress">The first of several addresses: in the greeting of a stream the outside peer.</param>
internal readonly record struct RelayFeatures(RelayNetwork Network, string Username, string Password, Target? Address, Target? FirstAddress)
{
    public const byte UserAuthType = 1;
    public const byte AddressType = 2;
    public const byte TunnelType = 3;
    public const byte NetworkType = 4;

    /// <summary>Bytes of a feature before its value.</summary>
    public const int HeaderLength = 3;

    private const int TunnelIdLength = 16;

    /// <summary>
    /// Reads all features of a message. An unknown type, a value cut short or one that is too short for its type fails the whole message, as in GOST;
    /// bytes behind a value that is complete are ignored. Source: spec/wire/relay.md section 3.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, bool isUdp, out RelayFeatures features)
    {
        features = default;
        var network = RelayNetwork.Tcp;
        var (username, password) = ("", "");
        ReadOnlySpan<byte> last = default;
        ReadOnlySpan<byte> first = default;
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < HeaderLength || bytes.Length - HeaderLength < BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]))
            {
                return false;
            }

            var value = bytes.Slice(HeaderLength, BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]));
            switch (bytes[0])
            {
                case UserAuthType when TryReadCredentials(value, out username, out password):
                case TunnelType when value.Length >= TunnelIdLength:
                    break;
                case AddressType when SocksAddress.TryRead(value, TargetNetwork.Tcp, out _, out _):
                    first = first.IsEmpty ? value : first;
                    last = value;
                    break;
                case NetworkType when value.Length >= sizeof(ushort):
                    network = Known((RelayNetwork)BinaryPrimitives.ReadUInt16BigEndian(value));
                    break;
                default:
                    return false;
            }

            bytes = bytes[(HeaderLength + value.Length)..];
        }

        network = isUdp ? RelayNetwork.Udp : network;
        features = new RelayFeatures(network, username, password, Read(last, network), Read(first, network));
        return true;
    }

    private static bool TryReadCredentials(ReadOnlySpan<byte> value, out string username, out string password)
    {
        (username, password) = ("", "");
        if (value.IsEmpty || value.Length < 2 + value[0])
        {
            return false;
        }

        var rest = value[(1 + value[0])..];
        if (rest.Length < 1 + rest[0])
        {
            return false;
        }

        username = Encoding.UTF8.GetString(value.Slice(1, value[0]));
        password = Encoding.UTF8.GetString(rest.Slice(1, rest[0]));
        return true;
    }

    private static RelayNetwork Known(RelayNetwork network) => Enum.IsDefined(network) ? network : RelayNetwork.Tcp;

    private static Target? Read(ReadOnlySpan<byte> value, RelayNetwork network)
    {
        var kind = network switch
        {
            RelayNetwork.Udp => TargetNetwork.Udp,
            RelayNetwork.Unix => TargetNetwork.Unix,
            _ => TargetNetwork.Tcp,
        };
        return SocksAddress.TryRead(value, kind, out var address, out _) ? address : null;
    }
}
