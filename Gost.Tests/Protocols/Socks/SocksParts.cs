using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;

namespace Gost.Tests.Protocols.Socks;

/// <summary>Handlers, connectors and services of SOCKS as the catalog builds them.</summary>
internal static class SocksParts
{
    public static readonly AuthConfig User = new() { Username = "u", Password = "p" };

    private static readonly IPEndPoint Somewhere = new(IPAddress.Loopback, 40000);

    public static ServiceConfig Service(string type, AuthConfig? auth = null, params (string Key, object? Value)[] metadata) => new()
    {
        Name = "far",
        Addr = "127.0.0.1:0",
        Handler = new HandlerConfig { Type = type, Auth = auth, Metadata = Map(metadata) },
    };

    public static IHandler Handler(EngineServices engine, ServiceConfig service)
    {
        MetadataReader handler = new(service.Handler!.Metadata, "/handler/metadata"); // services of these tests have one
        MetadataReader metadata = new(service.Metadata, "/metadata");
        var router = Router.ForHandler(service, metadata, engine);
        return engine.Catalog.Handlers[service.Handler.Type](
            new HandlerBuildContext(service, handler, metadata, Forwarder.Build(service, metadata, router, engine, null), router, engine));
    }

    public static IConnector Connector(EngineServices engine, string type, AuthConfig? auth = null, params (string Key, object? Value)[] metadata) =>
        engine.Catalog.Connectors[type](new ConnectorBuildContext(
            new NodeConfig { Name = "n", Addr = "127.0.0.1:1" },
            new ConnectorConfig { Type = type, Auth = auth },
            new MetadataReader(Map(metadata), "/connector/metadata"),
            engine));

    /// <summary>A flow over a stream that the test feeds.</summary>
    public static Inbound Flow(DuplexStream stream) => new(stream, Somewhere, Somewhere, Somewhere);

    /// <summary>A connection to a service, ready for a connector.</summary>
    public static ValueTask<DuplexStream> DialAsync(StreamService service, CancellationToken cancellationToken) =>
        StreamService.DialAsync(service.Port, cancellationToken);

    public static Target Tcp(string host, int port) => new(TargetNetwork.Tcp, host, port);

    public static Target Udp(string host, int port) => new(TargetNetwork.Udp, host, port);

    private static ConfigMap<object?> Map((string Key, object? Value)[] entries) => new(entries.Select(static x => KeyValuePair.Create(x.Key, x.Value)));
}
