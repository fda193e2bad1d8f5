using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Http;

/// <summary>An engine with the service <c>proxy</c>, and, where asked for, the service <c>client</c> that forwards through it.</summary>
internal sealed class ProxyEngine : IAsyncDisposable
{
    private ProxyEngine(LiveEngine live) => Live = live;

    public LiveEngine Live { get; }

    public int Port => Live.Port("proxy");

    public int ClientPort => Live.Port("client");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<ProxyEngine> StartAsync(string type = "http", (string User, string Password)? auth = null, params (string Key, object? Value)[] metadata) =>
        StartAsync(type, auth, null, metadata);

    /// <summary>The same; files that are named must lie below <paramref name="files"/>.</summary>
    public static async Task<ProxyEngine> StartAsync(
        string type, (string User, string Password)? auth, string? files, params (string Key, object? Value)[] metadata)
    {
        ProxyEngine engine = new(await LiveEngine.StartAsync(options: new EngineOptions { FilesFolder = files }));
        await engine.Live.CreateAsync(new ServiceConfig
        {
            Name = "proxy",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = type, Auth = Auth(auth), Metadata = Map(metadata) },
            Listener = new ListenerConfig { Type = "tcp" },
        });
        return engine;
    }

    /// <summary>Adds the service <c>client</c>, which forwards to a target through the proxy.</summary>
    public async Task ForwardAsync(string target, bool isUdp = false, (string User, string Password)? auth = null, int? port = null)
    {
        NodeConfig node = new()
        {
            Name = "node",
            Addr = $"127.0.0.1:{port ?? Port}",
            Connector = new ConnectorConfig { Type = "http", Auth = Auth(auth) },
            Dialer = new DialerConfig { Type = "tcp" },
        };
        await Live.ApplyAsync(new CreateObject(
            ConfigKind.Chains, new ChainConfig { Name = "chain", Hops = [new HopConfig { Name = "hop", Nodes = [node] }] }));
        await Live.CreateAsync(LiveEngine.Service("client", "127.0.0.1:0", target) with
        {
            Handler = new HandlerConfig { Type = isUdp ? "udp" : "tcp", Chain = "chain" },
            Listener = new ListenerConfig { Type = isUdp ? "udp" : "tcp", Metadata = isUdp ? Map(("keepalive", true)) : ConfigMap<object?>.Empty },
        });
    }

    /// <summary>A connection to the proxy that has sent a text, in which <c>\n</c> stands for CRLF.</summary>
    public async Task<Socket> SendAsync(string text)
    {
        var socket = await LiveEngine.ConnectAsync(Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(text.Replace("\n", "\r\n")), Token);
        return socket;
    }

    /// <summary>Everything that the proxy answers to a text until it closes, <c>\n</c> for CRLF.</summary>
    public async Task<string> AskAsync(string text)
    {
        using var socket = await SendAsync(text);
        return await ReadAsync(socket, int.MaxValue);
    }

    /// <summary>Reads a number of characters, or to the end; <c>\n</c> for CRLF, which counts two.</summary>
    public static async Task<string> ReadAsync(Socket socket, int count)
    {
        var buffer = new byte[16 * 1024];
        StringBuilder text = new();
        try
        {
            int read;
            while (text.Length < count
                && (read = await socket.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, count - text.Length)), Token)) > 0)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            text.Append("(reset)");
        }

        return text.ToString().Replace("\r\n", "\n");
    }

    /// <summary>Reads as much as the text is long, <c>\n</c> standing for CRLF, and expects that it is the text.</summary>
    public static async Task ExpectAsync(Socket socket, string text) =>
        Assert.Equal(text, await ReadAsync(socket, text.Replace("\n", "\r\n", StringComparison.Ordinal).Length));

    /// <summary>Waits for the last error of a service.</summary>
    public async Task AssertErrorAsync(string service, FlowLayer layer, string message)
    {
        await Eventually.TrueAsync(
            $"an error of {service}", TimeSpan.FromSeconds(10), () => Live.Control.GetStatus(service)?.LastError is not null, Token);
        var error = Live.Control.GetStatus(service)!.LastError!; // just seen
        Assert.Equal(layer, error.Layer);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    public static ConfigMap<object?> Map(params (string Key, object? Value)[] entries) => new(entries.Select(static x => KeyValuePair.Create(x.Key, x.Value)));

    public ValueTask DisposeAsync() => Live.DisposeAsync();

    private static AuthConfig? Auth((string User, string Password)? auth) =>
        auth is { } x ? new AuthConfig { Username = x.User, Password = x.Password } : null;
}
