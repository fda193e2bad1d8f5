using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net.NameServers;

/// <summary>One name server: over UDP (TCP for what does not fit), TCP or TLS, from this host or through a chain. Immutable. Source: spec/config.md section 9.</summary>
internal sealed class DnsServer
{
    private const int MaxAnswer = ushort.MaxValue;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly EngineServices _engine;
    private readonly NameserverConfig _config;
    private readonly DnsTransport _transport;
    private readonly HostPort _address;
    private readonly IPAddress? _client;
    private readonly NamedRef<Chain>? _chain;
    private readonly TimeSpan _timeout;

    private DnsServer(NameserverConfig config, DnsTransport transport, HostPort address, EngineServices engine)
    {
        (_engine, _config, _transport, _address) = (engine, config, transport, address);
        _client = IPAddress.TryParse(config.ClientIp, out var client) ? client : null;
        _chain = config.Chain.Length > 0 ? engine.Objects.Chains.Get(config.Chain) : null;
        _timeout = config.Timeout.Nanoseconds > 0 ? config.Timeout.ToTimeSpan() : DefaultTimeout;
    }

    /// <summary>How long answers count: positive = so long, negative = not at all, zero = as the server says.</summary>
    public TimeSpan Ttl => _config.Ttl.ToTimeSpan();

    /// <summary>The kinds of addresses to ask for, in order.</summary>
    public IReadOnlyList<DnsType> Types => (_config.Only.ToLowerInvariant(), _config.Prefer.ToLowerInvariant()) switch
    {
        ("ipv4", _) => [DnsType.A],
        ("ipv6", _) => [DnsType.Aaaa],
        (_, "ipv6") => [DnsType.Aaaa, DnsType.A],
        _ => [DnsType.A, DnsType.Aaaa],
    };

    /// <summary>A server; null where this build cannot ask it, with the reason.</summary>
    public static DnsServer? Compile(NameserverConfig config, EngineServices engine, out string? reason)
    {
        var read = Read(config.Addr, out reason);
        return read is null ? null : new DnsServer(config, read.Value.Transport, read.Value.Address, engine);
    }

    /// <summary>Takes <c>[scheme://]host[:port]</c> apart; null where this build cannot ask it, with the reason.</summary>
    public static (DnsTransport Transport, HostPort Address)? Read(string addr, out string? reason)
    {
        var split = addr.IndexOf("://", StringComparison.Ordinal);
        var scheme = split < 0 ? "udp" : addr[..split].ToLowerInvariant();
        DnsTransport? transport = scheme switch
        {
            "udp" => DnsTransport.Udp,
            "tcp" => DnsTransport.Tcp,
            "tls" => DnsTransport.Tls,
            _ => null,
        };
        if (transport is null)
        {
            reason = $"name servers over {scheme} cannot be asked by this build; it knows udp, tcp and tls";
            return null;
        }

        var rest = split < 0 ? addr : addr[(split + 3)..];
        var withPort = HostPort.TryParse(rest, out var address, out var fault) ? rest
            : fault.IsPortMissing || IPAddress.TryParse(rest, out _) ? $"{(rest.Contains(':') && !rest.StartsWith('[') ? $"[{rest}]" : rest)}:{(transport == DnsTransport.Tls ? 853 : 53)}"
            : rest;
        if (!HostPort.TryParse(withPort, out address, out fault) || !IPAddress.TryParse(address.Host, out _) || address.Port == 0)
        {
            reason = $"the address of the name server {fault?.Message ?? "is no IP address with a port"}";
            return null;
        }

        reason = null;
        return (transport.Value, address);
    }

    /// <summary>Asks; the name comes from <see cref="DnsMessage.Encode"/>. Throws <see cref="FlowException"/> or what the stream throws when there is no answer in time.</summary>
    public async ValueTask<DnsAnswer> AskAsync(string name, DnsType type, CancellationToken cancellationToken)
    {
        DialLimit limit = new(_timeout, _engine.Time);
        using var scope = limit.Start(cancellationToken);
        var query = new byte[DnsMessage.MaxQuery];
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        var length = DnsMessage.WriteQuery(query, id, name, type, _client);
        try
        {
            if (_transport == DnsTransport.Udp)
            {
                var answer = await AskByDatagramAsync(query.AsMemory(0, length), type, scope.Token);
                if (!answer.IsCut)
                {
                    return answer;
                }
            }

            return await AskByStreamAsync(query.AsMemory(0, length), type, scope.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FlowException(FlowLayer.Resolve, FlowError.TimedOut, $"no answer from {_config.Addr}", exception);
        }
    }

    private async ValueTask<DnsAnswer> AskByDatagramAsync(ReadOnlyMemory<byte> query, DnsType type, CancellationToken cancellationToken)
    {
        var target = new Target(TargetNetwork.Udp, _address.Host, _address.Port);
        await using var channel = await Route(target).AssociateAsync(target, cancellationToken);
        var buffer = new byte[MaxAnswer];
        var receiving = ReceiveAsync();

        try
        {
            await channel.SendAsync(query, null, cancellationToken);
            try
            {
                return await receiving.WaitAsync(_timeout / 3, _engine.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // One of the two datagrams may be lost.
                await channel.SendAsync(query, null, cancellationToken);
            }

            return await receiving.WaitAsync(cancellationToken);
        }
        finally
        {
            await channel.DisposeAsync();
            await ((Task)receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<DnsAnswer> ReceiveAsync()
        {
            while (await channel.ReceiveAsync(buffer, cancellationToken) is { } datagram)
            {
                if (DnsMessage.TryReadAnswer(buffer.AsSpan(0, datagram.Length), query.Span, type, out var answer))
                {
                    return answer;
                }
            }

            throw new IOException("the association to the name server ended");
        }
    }

    private async ValueTask<DnsAnswer> AskByStreamAsync(ReadOnlyMemory<byte> query, DnsType type, CancellationToken cancellationToken)
    {
        var target = new Target(TargetNetwork.Tcp, _address.Host, _address.Port);
        await using var raw = await Route(target).DialAsync(target, cancellationToken);
        Stream stream = raw;
        if (_transport == DnsTransport.Tls)
        {
            SslStream secure = new(raw, leaveInnerStreamOpen: true);
            stream = secure;
            SslClientAuthenticationOptions options = new() { TargetHost = _config.Hostname.Length > 0 ? _config.Hostname : _address.Host };
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
        }

        await using var disposed = stream;
        var framed = new byte[2 + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, cancellationToken);
        await stream.ReadExactlyAsync(framed.AsMemory(0, 2), cancellationToken);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(framed)];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        return DnsMessage.TryReadAnswer(answer, query.Span, type, out var read)
            ? read
            : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{_config.Addr} did not answer the question"));
    }

    private IRoute Route(Target target)
    {
        DialLimit limit = new(_timeout, _engine.Time);
        SocketDialer sockets = new(OutgoingOptions.None, NameLookup.System, _engine.Time);
        if (_chain is null)
        {
            return new DirectRoute(sockets, limit);
        }

        var chain = _chain.Current ?? throw new FlowException(FlowLayer.Select, FlowError.NoNode, $"chain {_chain.Name} does not exist") { Hop = "" };
        return new ChainRoute(chain, chain.Select(new RouteQuery(target.Network, target, null), false), sockets, null, limit, _engine);
    }
}
