using System.Security.Cryptography;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Messages;

namespace Gost.Ssh.Transport;

/// <summary>What one side offers at the beginning of a key exchange: KEXINIT. Source: RFC 4253 section 7.1.</summary>
internal sealed class ExchangeOffer
{
    private const int CookieSize = 16;

    // Names of a peer's making: more than anybody offers.
    private const int MostNames = 512;

    private ExchangeOffer(byte[] payload) => Payload = payload;

    /// <summary>The message as it is sent, which the hash covers.</summary>
    public byte[] Payload { get; }

    public required IReadOnlyList<string> KeyExchanges { get; init; }

    public required IReadOnlyList<string> HostKeys { get; init; }

    public required IReadOnlyList<string> CiphersFromClient { get; init; }

    public required IReadOnlyList<string> CiphersFromServer { get; init; }

    public required IReadOnlyList<string> MacsFromClient { get; init; }

    public required IReadOnlyList<string> MacsFromServer { get; init; }

    public required IReadOnlyList<string> CompressionsFromClient { get; init; }

    public required IReadOnlyList<string> CompressionsFromServer { get; init; }

    /// <summary>Whether a packet of the exchange follows that guesses what will be agreed on.</summary>
    public required bool IsGuessed { get; init; }

    /// <summary>An offer of ours. <paramref name="markers"/> stand behind the key exchanges.</summary>
    public static ExchangeOffer Create(SshTransportOptions options, IReadOnlyList<string> hostKeys, IEnumerable<string> markers)
    {
        string[] exchanges = [.. options.KeyExchanges, .. markers];
        string[] none = [AlgorithmNames.None];
        SshWriter writer = new(MessageNumber.KexInit, 1024);
        writer.WriteBytes(RandomNumberGenerator.GetBytes(CookieSize)).WriteNames(exchanges).WriteNames(hostKeys)
            .WriteNames(options.Ciphers).WriteNames(options.Ciphers).WriteNames(options.Macs).WriteNames(options.Macs)
            .WriteNames(none).WriteNames(none).WriteNames([]).WriteNames([]).WriteBoolean(false).WriteUInt32(0);
        return new ExchangeOffer(writer.ToArray())
        {
            KeyExchanges = exchanges,
            HostKeys = hostKeys,
            CiphersFromClient = options.Ciphers,
            CiphersFromServer = options.Ciphers,
            MacsFromClient = options.Macs,
            MacsFromServer = options.Macs,
            CompressionsFromClient = none,
            CompressionsFromServer = none,
            IsGuessed = false,
        };
    }

    /// <summary>The peer's offer; the payload is copied. Throws <see cref="SshException"/>.</summary>
    public static ExchangeOffer Read(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        reader.ReadByte();
        reader.ReadBytes(CookieSize);
        var exchanges = Names(ref reader);
        var hostKeys = Names(ref reader);
        var (ciphersFromClient, ciphersFromServer) = (Names(ref reader), Names(ref reader));
        var (macsFromClient, macsFromServer) = (Names(ref reader), Names(ref reader));
        var (compressionsFromClient, compressionsFromServer) = (Names(ref reader), Names(ref reader));
        reader.ReadString();
        reader.ReadString();
        var isGuessed = reader.ReadBoolean();
        reader.ReadUInt32();
        return new ExchangeOffer(payload.ToArray())
        {
            KeyExchanges = exchanges,
            HostKeys = hostKeys,
            CiphersFromClient = ciphersFromClient,
            CiphersFromServer = ciphersFromServer,
            MacsFromClient = macsFromClient,
            MacsFromServer = macsFromServer,
            CompressionsFromClient = compressionsFromClient,
            CompressionsFromServer = compressionsFromServer,
            IsGuessed = isGuessed,
        };
    }

    /// <summary>What a client's and a server's offer agree on: of each kind the client's first that the server has too. Throws <see cref="SshException"/>.</summary>
    public static SshAgreed Agree(ExchangeOffer client, ExchangeOffer server)
    {
        var cipherFromClient = First("cipher", client.CiphersFromClient, server.CiphersFromClient);
        var cipherFromServer = First("cipher", client.CiphersFromServer, server.CiphersFromServer);
        First("compression", client.CompressionsFromClient, server.CompressionsFromClient);
        First("compression", client.CompressionsFromServer, server.CompressionsFromServer);
        return new SshAgreed(
            First("key exchange", client.KeyExchanges, server.KeyExchanges),
            First("host key", client.HostKeys, server.HostKeys),
            cipherFromClient,
            cipherFromServer,
            PacketCiphers.IsAuthenticated(cipherFromClient) ? null : First("MAC", client.MacsFromClient, server.MacsFromClient),
            PacketCiphers.IsAuthenticated(cipherFromServer) ? null : First("MAC", client.MacsFromServer, server.MacsFromServer))
        {
            IsStrict = client.KeyExchanges.Contains(AlgorithmNames.StrictClient, StringComparer.Ordinal)
                && server.KeyExchanges.Contains(AlgorithmNames.StrictServer, StringComparer.Ordinal),
        };
    }

    /// <summary>Whether a packet that guesses the outcome guesses right. Source: RFC 4253 section 7.</summary>
    public static bool IsRightGuess(ExchangeOffer client, ExchangeOffer server) =>
        client.KeyExchanges is [var exchange, ..] && server.KeyExchanges is [var other, ..] && exchange == other
        && client.HostKeys is [var key, ..] && server.HostKeys is [var otherKey, ..] && key == otherKey;

    private static string First(string what, IReadOnlyList<string> client, IReadOnlyList<string> server)
    {
        foreach (var name in client)
        {
            if (!AlgorithmNames.IsMarker(name) && server.Contains(name, StringComparer.Ordinal))
            {
                return name;
            }
        }

        throw new SshException(
            SshFailure.Protocol,
            SshDisconnectReason.KeyExchangeFailed,
            $"the SSH peers have no {what} in common: the client offers {Shown(client)}, the server {Shown(server)}");
    }

    private static string Shown(IReadOnlyList<string> names)
    {
        var shown = string.Join(", ", names.Where(static x => !AlgorithmNames.IsMarker(x)).Take(20));
        return shown.Length switch { 0 => "none", > 500 => shown[..500] + "...", _ => shown };
    }

    private static string[] Names(ref SshReader reader)
    {
        var names = reader.ReadNames();
        return names.Length <= MostNames
            ? names
            : throw new SshException(SshFailure.Protocol, SshDisconnectReason.ProtocolError, $"the SSH peer offers {names.Length} algorithms of one kind");
    }
}
