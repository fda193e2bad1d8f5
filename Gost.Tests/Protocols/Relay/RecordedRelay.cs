using System.Buffers.Binary;
using Gost.Engine.Protocols.Relay;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Relay;

/// <summary>One relay stream of a recording, taken out of the WebSocket messages and smux frames that carried it.</summary>
/// <param name="FromClient">Every byte of the client, the request first.</param>
/// <param name="FromServer">Every byte of the server, the response first.</param>
internal sealed record RecordedRelay(byte[] FromClient, byte[] FromServer)
{
    private const int SmuxHeader = 8;
    private const byte SmuxPush = 2;

    /// <summary>The streams of a recording in the order in which they began.</summary>
    public static IReadOnlyList<RecordedRelay> Read(Recording recording)
    {
        List<RecordedRelay> streams = [];
        foreach (var connection in recording.Events.Select(static x => x.Connection).Distinct().Order())
        {
            var (client, server) = (recording.FromClient(connection), recording.FromServer(connection));
            if (recording.Name.Contains("ws", StringComparison.Ordinal))
            {
                (client, server) = (Messages(client), Messages(server));
            }

            if (recording.Name.Contains("mws", StringComparison.Ordinal) || recording.Name.Contains("mtcp", StringComparison.Ordinal))
            {
                var answers = Frames(server);
                streams.AddRange(Frames(client).Select(x => new RecordedRelay(x.Value, answers[x.Key])));
            }
            else
            {
                streams.Add(new RecordedRelay(client, server));
            }
        }

        return streams;
    }

    /// <summary>The request, and what the client sent behind it.</summary>
    public async Task<(byte Code, RelayFeatures Features, byte[] Payload)> DecodeRequestAsync()
    {
        await using FedStream stream = new(ends: true, chunks: [FromClient]);
        RelayMessageReader reader = new();
        Assert.True(await reader.ReadAsync(stream, TestContext.Current.CancellationToken));
        var features = reader.Features((reader.Code & RelayMessages.UdpFlag) != 0);
        using MemoryStream payload = new();
        await stream.CopyToAsync(payload, TestContext.Current.CancellationToken);
        return (reader.Code, features, payload.ToArray());
    }

    /// <summary>The same request as this end writes it, to another port when one is given.</summary>
    public static byte[] Reproduce(byte code, RelayFeatures features, int? port = null) => RelayMessages.Request(
        (RelayCommand)(code & RelayMessages.CommandMask),
        features.Network,
        features.Username.Length > 0 ? RelayMessages.Credentials(features.Username, features.Password) : [],
        features.Address! with { Port = port ?? features.Address.Port }); // every recorded request names one

    private static byte[] Messages(byte[] bytes)
    {
        List<byte> payload = [];
        for (var at = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4; at < bytes.Length;)
        {
            var masked = (bytes[at + 1] & 0x80) != 0;
            var length = bytes[at + 1] & 0x7f;
            Assert.True(length < 126, "the recordings hold short messages only");
            at += 2;
            var mask = masked ? bytes.AsSpan(at, 4) : new byte[4];
            at += masked ? 4 : 0;
            for (var i = 0; i < length; i++)
            {
                payload.Add((byte)(bytes[at + i] ^ mask[i % 4]));
            }

            at += length;
        }

        return [.. payload];
    }

    private static SortedDictionary<uint, byte[]> Frames(byte[] bytes)
    {
        SortedDictionary<uint, byte[]> streams = [];
        for (var at = 0; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 2));
            var id = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4));
            if (bytes[at + 1] == SmuxPush)
            {
                streams[id] = [.. streams.GetValueOrDefault(id, []), .. bytes.AsSpan(at + SmuxHeader, length)];
            }

            at += SmuxHeader + length;
        }

        return streams;
    }
}
