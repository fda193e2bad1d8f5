using System.Net.Security;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Tls;

/// <summary>Builds the two ends of the transport as a service and a chain would, and joins them over a socket pair.</summary>
internal static class TlsEnds
{
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TlsServerTransport Server(EngineServices engine, TlsConfig? settings = null) => Server(engine, settings, out _);

    public static TlsServerTransport Server(EngineServices engine, TlsConfig? settings, out List<Finding> findings)
    {
        ServiceConfig service = new() { Name = "s", Listener = new ListenerConfig { Type = "tls", Tls = settings } };
        MetadataReader metadata = new(ConfigMap<object?>.Empty, "/listener/metadata");
        var server = TlsServerTransport.Build(new ListenerBuildContext(service, metadata, new MetadataReader(ConfigMap<object?>.Empty, "/metadata"), engine));
        findings = metadata.Findings;
        return server;
    }

    public static TlsClientTransport Client(EngineServices engine, TlsConfig? settings = null, string addr = "gost.run:443") =>
        Client(engine, settings, addr, out _);

    public static TlsClientTransport Client(EngineServices engine, TlsConfig? settings, string addr, out List<Finding> findings)
    {
        DialerConfig dialer = new() { Type = "tls", Tls = settings };
        NodeConfig node = new() { Name = "n", Addr = addr, Dialer = dialer };
        MetadataReader metadata = new(ConfigMap<object?>.Empty, "/hops/0/nodes/0/dialer/metadata");
        var client = TlsClientTransport.Build(
            new DialerBuildContext(node, dialer, metadata, new MetadataReader(ConfigMap<object?>.Empty, "/hops/0/nodes/0/metadata"), engine));
        findings = metadata.Findings;
        return client;
    }

    /// <summary>Both handshakes; the failures of either, or the streams, which the caller disposes. The client's transport is one of <paramref name="loops"/>.</summary>
    public static async Task<Joined> JoinAsync(IServerTransport server, TlsClientTransport client, EventLoopGroup? loops = null)
    {
        var pair = await SocketPair.CreateAsync(Token);
        var accepting = Catch(async () => (await server.AcceptAsync(new SocketDuplexStream(pair.Near), Token)).Stream);
        var connecting = Catch(async () => await client.ConnectAsync(LaneStreams.Over(pair.Far, loops), Token));
        var (near, nearFault) = await accepting;
        var (far, farFault) = await connecting;
        return new Joined(pair, near, far, nearFault, farFault);
    }

    /// <summary>A plain TLS client of a loopback port, whose handshake is done; it takes any certificate.</summary>
    public static async Task<SslStream> DialAsync(int port, string name = "gost.run")
    {
        var socket = await LoopbackClient.ConnectAsync(port, Token);
        socket.NoDelay = true;
        SslStream client = new(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, static (_, certificate, _, _) => certificate is not null);
        try
        {
            await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, Token);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public static async Task<byte[]> ReadToEndAsync(DuplexStream stream)
    {
        MemoryStream all = new();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, Token)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private static async Task<(DuplexStream? Stream, FlowException? Fault)> Catch(Func<Task<DuplexStream>> handshake)
    {
        try
        {
            return (await handshake(), null);
        }
        catch (FlowException e)
        {
            return (null, e);
        }
    }

    internal sealed record Joined(SocketPair Pair, DuplexStream? Server, DuplexStream? Client, FlowException? ServerFault, FlowException? ClientFault) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (Server is not null)
            {
                await Server.DisposeAsync();
            }

            if (Client is not null)
            {
                await Client.DisposeAsync();
            }

            Pair.Dispose();
        }
    }
}
