using System.Text.Json;

namespace Gost.Tests.Testing;

/// <summary>One recorded exchange between two processes of GOST 3.2.6: <c>Golden/Recordings/NAME.json</c>.</summary>
/// <param name="Name">The scenario.</param>
/// <param name="Payloads">What the client's application sent, one after the other.</param>
/// <param name="TargetPort">The port of the target, as it stands in the bytes.</param>
/// <param name="ForwardPort">The port that was forwarded.</param>
/// <param name="ServerPort">The port of the far end.</param>
/// <param name="TapPort">The port that the client was pointed to.</param>
/// <param name="Events">What passed, in order.</param>
internal sealed record Recording(
    string Name, IReadOnlyList<byte[]> Payloads, int TargetPort, int ForwardPort, int ServerPort, int TapPort, IReadOnlyList<Recording.Event> Events)
{
    /// <summary>Reads a recording.</summary>
    public static Recording Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "Recordings", name + ".json")));
        var root = document.RootElement;
        return new Recording(
            name,
            [.. root.GetProperty("payloads_hex").EnumerateArray().Select(static x => Convert.FromHexString(x.GetString()!))],
            Port("target_port"),
            Port("forward_port"),
            Port("server_port"),
            Port("tap_port"),
            [.. root.GetProperty("events").EnumerateArray().Select(static x => new Event(
                x.TryGetProperty("conn", out var connection) ? connection.GetInt32() : 1,
                x.GetProperty("dir").GetString() == "c>s",
                x.TryGetProperty("hex", out var hex) ? Convert.FromHexString(hex.GetString()!) : []))]);

        int Port(string member) => root.TryGetProperty(member, out var port) ? port.GetInt32() : 0;
    }

    /// <summary>Names of all recordings that begin with <paramref name="prefix"/>.</summary>
    public static IEnumerable<string> Names(string prefix = "") =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "Recordings"), prefix + "*.json")
            .Select(static x => Path.GetFileNameWithoutExtension(x))
            .Order(StringComparer.Ordinal);

    /// <summary>Every byte that the client of a connection sent.</summary>
    public byte[] FromClient(int connection = 1) => Bytes(connection, fromClient: true);

    /// <summary>Every byte that the server of a connection sent.</summary>
    public byte[] FromServer(int connection = 1) => Bytes(connection, fromClient: false);

    private byte[] Bytes(int connection, bool fromClient) =>
        [.. Events.Where(x => x.Connection == connection && x.FromClient == fromClient).SelectMany(static x => x.Bytes)];

    /// <summary>A stretch of one direction as it was read, or, without bytes, its end.</summary>
    internal sealed record Event(int Connection, bool FromClient, byte[] Bytes)
    {
        /// <summary>Whether this is the end of the direction.</summary>
        public bool IsEnd => Bytes.Length == 0;
    }
}
