using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>Opens sockets from this host with the interface, mark and hosts of a service or node. Immutable. Source: spec/forwarding.md section 11.</summary>
internal sealed class SocketDialer : ISocketDialer
{
    private readonly OutgoingOptions _options;
    private readonly NameLookup _names;
    private readonly TimeProvider _time;
    private readonly EventLoopGroup? _loops;
    private readonly IPAddress? _clientSide;

    /// <summary>
    /// A dialer; TCP goes through <paramref name="loops"/>, or where there are none the portable way. <paramref name="clientSide"/> is the local address that
    /// the client connected to, for <c>interface: auto</c>.
    /// </summary>
    public SocketDialer(OutgoingOptions options, NameLookup names, TimeProvider time, EventLoopGroup? loops = null, IPAddress? clientSide = null) =>
        (_options, _names, _time, _loops, _clientSide) = (options, names, time, loops, clientSide);

    /// <summary>Dials targets of a service.</summary>
    public static SocketDialer ForService(ServiceConfig service, MetadataReader metadata, EngineServices engine) =>
        new(OutgoingOptions.Bind(metadata, service.Interface, service.Sockopts?.Mark ?? 0), NameLookup.Of(service.Hosts, service.Resolver, engine), engine.Time, engine.Loops);

    /// <summary>Dials a node.</summary>
    public static SocketDialer ForNode(NodeConfig node, MetadataReader metadata, EngineServices engine) =>
        new(OutgoingOptions.Bind(metadata, "", 0), NameLookup.Of(node.Hosts, node.Resolver, engine), engine.Time, engine.Loops);

    /// <summary>The dialer of one flow; this one unless the flow's own address matters.</summary>
    public SocketDialer For(Inbound? inbound)
    {
        if (!_options.UsesClientSide || inbound?.Local is not IPEndPoint { Address: var local })
        {
            return this;
        }

        var plain = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        var isUsable = !plain.Equals(IPAddress.Any) && !plain.Equals(IPAddress.IPv6Any);
        return new SocketDialer(_options, _names, _time, _loops, isUsable ? plain : null);
    }

    /// <summary>
    /// The target with its host replaced by its address where hosts or a resolver have it; what neither is asked for stays a name, which the far
    /// end resolves. Throws <see cref="FlowException"/> (resolve) when the resolver does not know it.
    /// </summary>
    public ValueTask<Target> MapHostAsync(Target target, CancellationToken cancellationToken) => _names.MapAsync(target, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(Target target, CancellationToken cancellationToken) => ConnectAsync(target, null, cancellationToken);

    /// <summary>The same; <paramref name="resolved"/> is called when a name has its addresses.</summary>
    public ValueTask<DuplexStream> ConnectAsync(Target target, Action? resolved, CancellationToken cancellationToken) =>
        _loops is not null && LiteralOf(target) is { } endPoint
            ? LoopConnect.RunAsync(_loops, endPoint, default, _options.Mark, cancellationToken)
            : ConnectResolvedAsync(target, resolved, cancellationToken);

    /// <summary>The address of a target that needs nothing of what else this class does, as most do; null for others.</summary>
    private IPEndPoint? LiteralOf(Target target) =>
        target is { Network: TargetNetwork.Tcp, Port: not 0 }
        && ReferenceEquals(_names, NameLookup.System)
        && _options is { Interfaces.Count: 0, Netns.Length: 0 }
        && IPAddress.TryParse(target.Host, out var address)
            ? new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, target.Port)
            : null;

    private async ValueTask<DuplexStream> ConnectResolvedAsync(Target target, Action? resolved, CancellationToken cancellationToken)
    {
        if (target.Network == TargetNetwork.Udp)
        {
            throw new FlowException(FlowLayer.Dial, FlowError.Unsupported, $"{target}: a udp target cannot take a stream");
        }

        return target.Network == TargetNetwork.Unix
            ? new SocketDuplexStream(await ConnectUnixAsync(target.Host, cancellationToken))
            : await OpenAsync(target, ConnectTcpAsync, resolved, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> OpenDatagramsAsync(Target target, CancellationToken cancellationToken)
    {
        if (target.Network != TargetNetwork.Udp)
        {
            throw new FlowException(FlowLayer.Dial, FlowError.Unsupported, $"{target}: a {DialErrors.NetworkName(target.Network)} target cannot take datagrams");
        }

        return new SocketDatagramChannel(await OpenAsync(target, ConnectUdpAsync, null, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<IDatagramChannel> OpenAssociationAsync(CancellationToken cancellationToken)
    {
        RefuseNetns();
        var socket = _options.Interfaces.Count == 0 ? AssociationSocket.Open(default, _options.Mark) : OpenAssociation();
        return new ValueTask<IDatagramChannel>(new SocketAssociationChannel(socket, _names.ResolveAsync, _time));
    }

    private void RefuseNetns()
    {
        if (_options.Netns.Length > 0)
        {
            throw new FlowException(FlowLayer.Dial, FlowError.NotPermitted, $"network namespace {_options.Netns}: not supported by this build");
        }
    }

    private Socket OpenAssociation()
    {
        FlowException? last = null;
        foreach (var entry in _options.Interfaces)
        {
            try
            {
                return AssociationSocket.Open(SourceBinding.ForMany(entry, _clientSide), _options.Mark);
            }
            catch (FlowException exception)
            {
                last = exception;
            }

            if (entry.Strict)
            {
                break;
            }
        }

        throw last!; // There is an entry, and it failed.
    }

    private async Task<T> OpenAsync<T>(
        Target target, Func<IPEndPoint, SourceBinding, CancellationToken, Task<T>> connect, Action? resolved, CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        RefuseNetns();
        if (target.Port == 0)
        {
            var what = target.Host.Length == 0 ? "there is no target: neither a forwarder nor a chain is named" : "the target has no port";
            throw new FlowException(FlowLayer.Dial, FlowError.Unreachable, $"dial {DialErrors.NetworkName(target.Network)} {target}: {what}");
        }

        var addresses = await _names.ResolveAsync(target.Host, cancellationToken);
        if (resolved is not null && target.Host.Length > 0 && !IPAddress.TryParse(target.Host, out _))
        {
            resolved();
        }

        if (_options.Interfaces.Count == 0 && addresses.Length == 1)
        {
            return await connect(new IPEndPoint(addresses[0], target.Port), default, cancellationToken);
        }

        if (_options.Interfaces.Count == 0)
        {
            return await RaceAsync(default, addresses);
        }

        FlowException? last = null;
        foreach (var entry in _options.Interfaces)
        {
            try
            {
                foreach (var binding in SourceBinding.Of(entry, _clientSide))
                {
                    var reachable = Array.FindAll(addresses, x => binding.Fits(x.AddressFamily));
                    if (reachable.Length == 0)
                    {
                        continue;
                    }

                    try
                    {
                        return await RaceAsync(binding, reachable);
                    }
                    catch (FlowException exception)
                    {
                        last = exception;
                    }
                }
            }
            catch (FlowException exception)
            {
                last = exception;
            }

            if (entry.Strict)
            {
                break;
            }
        }

        throw last ?? new FlowException(FlowLayer.Dial, FlowError.NotPermitted, $"dial {target}: no interface has an address of its family");

        Task<T> RaceAsync(SourceBinding binding, IPAddress[] to) =>
            new ConnectRace<T>((address, x) => connect(new IPEndPoint(address, target.Port), binding, x), _time).RunAsync(to, cancellationToken);
    }

    private async Task<DuplexStream> ConnectTcpAsync(IPEndPoint to, SourceBinding binding, CancellationToken cancellationToken)
    {
        if (_loops is not null)
        {
            return await LoopConnect.RunAsync(_loops, to, binding, _options.Mark, cancellationToken);
        }

        var socket = Create(TargetNetwork.Tcp, to, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            TcpKeepAlive.Default.Apply(socket);
            binding.Apply(socket, _options.Mark);
            await socket.ConnectAsync(to, cancellationToken);
            return new SocketDuplexStream(socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw DialErrors.Map(TargetNetwork.Tcp, to.ToString(), exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Task<Socket> ConnectUdpAsync(IPEndPoint to, SourceBinding binding, CancellationToken cancellationToken)
    {
        var socket = Create(TargetNetwork.Udp, to, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            binding.Apply(socket, _options.Mark);

            // Nothing is asked of the network: it does not wait.
            socket.Connect(to);
            return Task.FromResult(socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw DialErrors.Map(TargetNetwork.Udp, to.ToString(), exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Socket> ConnectUnixAsync(string path, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            // A leading @ is the abstract name space, as in GOST.
            UnixDomainSocketEndPoint to = new(path.StartsWith('@') ? '\0' + path[1..] : path);
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(to, cancellationToken);
            return socket;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw DialErrors.Map(TargetNetwork.Unix, path, exception);
        }
        catch (ArgumentException exception)
        {
            throw new FlowException(FlowLayer.Dial, FlowError.Failed, $"dial unix {path}: {exception.Message}", exception);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static Socket Create(TargetNetwork network, IPEndPoint to, SocketType type, ProtocolType protocol)
    {
        try
        {
            return new Socket(to.AddressFamily, type, protocol);
        }
        catch (SocketException exception)
        {
            throw DialErrors.Map(network, to.ToString(), exception);
        }
    }
}
