using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.Shadowsocks;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;

namespace Gost.Tests.Protocols.Shadowsocks;

/// <summary>Keys, handlers and connectors of Shadowsocks.</summary>
internal static class ShadowsocksParts
{
    public const string Password = "secret";

    public static readonly string[] Methods = ["aes-128-gcm", "aes-256-gcm", "chacha20-ietf-poly1305", "none"];

    public static ShadowsocksKey Key(string method, string password = Password) => ShadowsocksKey.Derive(ShadowsocksMethod.Find(method)!, password); // known ones

    public static AuthConfig Auth(string method, string password = Password) => new() { Username = method, Password = password };

    public static ServiceConfig Service(string type, string method, params (string Key, object? Value)[] metadata) => new()
    {
        Name = "far",
        Addr = "127.0.0.1:0",
        Handler = new HandlerConfig { Type = type, Auth = Auth(method), Metadata = Map(metadata) },
    };

    public static IHandler Handler(EngineServices engine, ServiceConfig service)
    {
        MetadataReader handler = new(service.Handler!.Metadata, "/handler/metadata"); // services of these tests have one
        MetadataReader metadata = new(service.Metadata, "/metadata");
        var router = Router.ForHandler(service, metadata, engine);
        return engine.Catalog.Handlers[service.Handler.Type](
            new HandlerBuildContext(service, handler, metadata, Forwarder.Build(service, metadata, router, engine, null), router, engine));
    }

    public static ShadowsocksClient Client(EngineServices engine, string method, string password = Password) => ShadowsocksClient.Build(
        new ConnectorBuildContext(
            new NodeConfig { Name = "n", Addr = "127.0.0.1:1" },
            new ConnectorConfig { Type = "ss", Auth = Auth(method, password) },
            new MetadataReader(ConfigMap<object?>.Empty, "/connector/metadata"),
            engine));

    public static IConnector Connector(EngineServices engine, string type, string method) => type == "ss"
        ? new ShadowsocksConnector(Client(engine, method))
        : new ShadowsocksDatagramConnector(Client(engine, method));

    public static ConfigMap<object?> Map(params (string Key, object? Value)[] entries) =>
        new(entries.Select(static x => KeyValuePair.Create(x.Key, x.Value)));

    public static async Task<byte[]> ReadToEndAsync(DuplexStream stream, CancellationToken cancellationToken, int size = 4096)
    {
        using MemoryStream all = new();
        var buffer = new byte[size];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
