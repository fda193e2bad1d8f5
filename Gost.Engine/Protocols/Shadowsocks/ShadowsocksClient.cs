using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Udp;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>The asking end: what the connectors share. Thread-safe; one per node.</summary>
internal sealed class ShadowsocksClient
{
    /// <summary>
    /// How long salt and address wait for data to go out with. GOST waits for ever, and protocols in which the server speaks first never start.
    /// </summary>
    internal static readonly TimeSpan HeaderHold = TimeSpan.FromMilliseconds(20);

    private readonly string _node;
    private readonly ShadowsocksKey? _key;
    private readonly SaltFilter _salts = new();
    private readonly EngineServices _engine;

    private ShadowsocksClient(string node, ShadowsocksKey? key, EngineServices engine) => (_node, _key, _engine) = (node, key, engine);

    /// <summary>The buffers of streams.</summary>
    public BufferPool Buffers => _engine.Buffers;

    /// <summary>Reads the credentials; what cannot be used becomes a finding.</summary>
    public static ShadowsocksClient Build(ConnectorBuildContext context)
    {
        // Nothing is awaited of the far end, so there is nothing to limit; asked for so that usual keys are not reported as unknown.
        context.Metadata.GetTimeout(TimeSpan.Zero, "timeout", "connectTimeout");
        context.Metadata.GetString("key");
        context.Metadata.GetInt(0, 0, UdpListenerOptions.MaxReadBuffer, "udpBufferSize", "udp.bufferSize");
        return new ShadowsocksClient(context.Node.Name, ShadowsocksCredentials.Read(context.Connector.Auth, context.Metadata), context.Engine);
    }

    /// <summary>A stream to the target. Takes over <paramref name="via"/>; disposes it when it throws.</summary>
    public ValueTask<DuplexStream> OpenAsync(DuplexStream via, Target to)
    {
        Span<byte> salt = stackalloc byte[ShadowsocksMethod.MaxSaltSize];
        RandomNumberGenerator.Fill(salt);
        try
        {
            return new ValueTask<DuplexStream>(Open(via, to, salt));
        }
        catch (FlowException e)
        {
            return FailAsync<DuplexStream>(via, e);
        }
    }

    /// <summary>The same with the start of <paramref name="salt"/> as this end's salt.</summary>
    public ShadowsocksStream Open(DuplexStream via, Target to, ReadOnlySpan<byte> salt)
    {
        if (via is IDatagramCarrier)
        {
            throw DatagramCarrierStream.Refusal();
        }

        var key = Key();
        salt = salt[..key.Method.SaltSize];
        var address = new byte[SocksAddress.LengthOf(to)];
        SocksAddress.Write(address, to);
        var sealer = ChunkSealer.Create(key, salt);
        var header = new byte[salt.Length + sealer.SealedLength(address.Length)];
        salt.CopyTo(header);
        sealer.Seal(address, header.AsSpan(salt.Length));
        _salts.TryAdd(salt);
        HeldHeaderStream held = new(via, header, HeaderHold, _engine.Time, _engine.Buffers);
        return new ShadowsocksStream(held, key, sealer, _salts, _engine.Buffers, _node);
    }

    /// <summary>Datagrams over datagrams; takes over <paramref name="carried"/>. <paramref name="to"/>: where datagrams without an address go.</summary>
    public ShadowsocksDatagramChannel Open(CarriedDatagrams carried, Target? to) => new(carried, to, Key(), _salts, _engine.Buffers);

    /// <summary>Disposes the stream and fails.</summary>
    public async ValueTask<T> FailAsync<T>(DuplexStream via, FlowException fault)
    {
        await via.DisposeAsync();
        throw new FlowException(fault.Layer, fault.Error, fault.Message, fault) { Node = _node };
    }

    private ShadowsocksKey Key() => _key ?? throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "shadowsocks: no usable method and password");
}
