using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

/// <summary>One direction of a recorded WebSocket: its head, and its frames one by one.</summary>
internal sealed record RecordedWebSocket(string Head, IReadOnlyList<RecordedWebSocket.Message> Messages)
{
    private const byte BinaryMessage = 0x82;

    public static RecordedWebSocket FromClient(Recording recording) => Read(recording.FromClient());

    public static RecordedWebSocket FromServer(Recording recording) => Read(recording.FromServer());

    private static RecordedWebSocket Read(byte[] bytes)
    {
        var at = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        var head = System.Text.Encoding.ASCII.GetString(bytes, 0, at);
        List<Message> messages = [];
        while (at < bytes.Length)
        {
            var masked = (bytes[at + 1] & 0x80) != 0;
            var length = bytes[at + 1] & 0x7f;
            Assert.True(bytes[at] == BinaryMessage && length < 126, "the recordings hold short binary messages only");
            var mask = masked ? bytes[(at + 2)..(at + 6)] : [];
            var begin = at + 2 + mask.Length;
            var frame = bytes[at..(begin + length)];
            messages.Add(new Message(frame, mask, [.. bytes.Skip(begin).Take(length).Select((x, i) => masked ? (byte)(x ^ mask[i % 4]) : x)]));
            at = begin + length;
        }

        return new RecordedWebSocket(head, messages);
    }

    internal sealed record Message(byte[] Frame, byte[] Mask, byte[] Payload);
}
