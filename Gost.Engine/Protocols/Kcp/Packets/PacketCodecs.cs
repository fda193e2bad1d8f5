using System.Security.Cryptography;
using Gost.Engine.Protocols.Kcp.Crypt;
using Gost.Engine.Protocols.Kcp.Fec;

namespace Gost.Engine.Protocols.Kcp.Packets;

/// <summary>Makes the codecs of a listener's or dialer's sessions; key and matrix are made once. Thread-safe.</summary>
internal sealed class PacketCodecs
{
    private readonly KcpOptions _options;
    private readonly PacketKey _key;
    private readonly FecMatrix? _matrix;

    /// <summary>By the options, which are valid.</summary>
    public PacketCodecs(KcpOptions options)
    {
        _options = options;
        _key = new PacketKey(options.Crypt, options.Key);
        _matrix = options is { DataShards: > 0, ParityShards: > 0 } ? new FecMatrix(options.DataShards, options.ParityShards) : null;
    }

    /// <summary>A codec for one session, which the caller owns. Cheap until it is used.</summary>
    public IPacketCodec Create() => new PacketCodec(_key.CreateCipher(), _matrix, _options.Mtu, new NonceSource(RandomNumberGenerator.Fill));
}
