using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.WebSocket;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

/// <summary>Every recorded WebSocket of GOST 3.2.6, decoded at either end and reproduced byte by byte.</summary>
public sealed class WebSocketRecordingTests
{
    private const string Announcement = "Gost-Half-Close: 1\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => ["relay-ws", "relay-mws", "relay-mws-bind-tcp"];

    public static TheoryData<string, int> Pieces => new(
        from name in Names.Select(static x => x.Data) from size in new[] { 1, 7, 100_000 } select (name, size));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Client_GivenTheRandomBytes_SendsTheSame(string name)
    {
        var recording = Recording.Load(name);
        var (client, server) = (RecordedWebSocket.FromClient(recording), RecordedWebSocket.FromServer(recording));
        await using EngineParts parts = new();
        FedStream raw = new(ends: true, chunks: [recording.FromServer()]);
        Queue<byte[]> random = new([Convert.FromBase64String(Header(client.Head, "Sec-WebSocket-Key")), .. client.Messages.Select(static x => x.Mask)]);
        WebSocketClientTransport transport = new(Options(), null, TimeSpan.Zero, null, x => random.Dequeue().CopyTo(x), parts.Services);
        Target address = new(TargetNetwork.Tcp, "127.0.0.1", recording.TapPort);

        await using var stream = await transport.ConnectAsync(raw, new NodeContext(address, true, _ => new(raw), null!, null!, null), Token);
        foreach (var message in client.Messages)
        {
            await stream.WriteAsync(message.Payload, Token);
        }

        var head = Encoding.ASCII.GetString(await raw.Writes.ReadAsync(Token));
        Assert.Contains(Announcement, head);
        Assert.Equal(client.Head, head.Replace(Announcement, "", StringComparison.Ordinal));
        foreach (var message in client.Messages)
        {
            Assert.Equal(message.Frame, await raw.Writes.ReadAsync(Token));
        }

        Assert.Equal(server.Messages.SelectMany(static x => x.Payload), await ReadAsync(stream));
    }

    [Theory]
    [MemberData(nameof(Pieces))]
    public async Task Server_GivenTheRequestInPieces_AnswersTheSame(string name, int size)
    {
        var recording = Recording.Load(name);
        var (client, server) = (RecordedWebSocket.FromClient(recording), RecordedWebSocket.FromServer(recording));
        await using EngineParts parts = new();
        FedStream raw = new(ends: true, chunks: recording.FromClient().Chunk(size));
        WebSocketServerTransport transport = new(Options(), false, null, parts.Services);

        var accepted = await transport.AcceptAsync(raw, Token);
        await using var stream = accepted.Stream;
        foreach (var message in server.Messages)
        {
            await stream.WriteAsync(message.Payload, Token);
        }

        Assert.Null(accepted.Client);
        Assert.Equal(server.Head, Encoding.ASCII.GetString(await raw.Writes.ReadAsync(Token)));
        foreach (var message in server.Messages)
        {
            Assert.Equal(message.Frame, await raw.Writes.ReadAsync(Token));
        }

        Assert.Equal(client.Messages.SelectMany(static x => x.Payload), await ReadAsync(stream));
    }

    private static UpgradeOptions Options() => UpgradeOptions.Bind(new MetadataReader(ConfigMap<object?>.Empty, ""));

    private static string Header(string head, string name) =>
        head.Split("\r\n").First(x => x.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];

    private static async Task<byte[]> ReadAsync(DuplexStream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all, Token);
        return all.ToArray();
    }
}
