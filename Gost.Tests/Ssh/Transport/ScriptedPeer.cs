using System.Buffers.Binary;
using System.Text;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

/// <summary>A peer that says what a test has it say, before there are keys.</summary>
internal sealed class ScriptedPeer(Stream stream)
{
    private readonly PacketReader _reader = new(stream, new SshTransportOptions());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A packet without encryption; its parts may lie.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> payload, uint? length = null, byte? padding = null)
    {
        var right = 8 - ((PacketFormat.HeaderSize + payload.Length) % 8);
        right += right < PacketFormat.LeastPadding ? 8 : 0;
        var frame = new byte[PacketFormat.HeaderSize + payload.Length + right];
        BinaryPrimitives.WriteUInt32BigEndian(frame, length ?? (uint)(frame.Length - 4));
        frame[4] = padding ?? (byte)right;
        payload.CopyTo(frame.AsSpan(PacketFormat.HeaderSize));
        return frame;
    }

    /// <summary>An offer like ours, with these key exchanges and markers.</summary>
    public static byte[] Offer(IEnumerable<string> exchanges, string hostKey = "ssh-ed25519", bool isGuessed = false)
    {
        string[] cipher = ["aes128-ctr"];
        string[] mac = ["hmac-sha2-256"];
        string[] none = ["none"];
        return new SshWriter(MessageNumber.KexInit).WriteBytes(new byte[16]).WriteNames(exchanges).WriteNames([hostKey]).WriteNames(cipher).WriteNames(cipher)
            .WriteNames(mac).WriteNames(mac).WriteNames(none).WriteNames(none).WriteNames([]).WriteNames([]).WriteBoolean(isGuessed).WriteUInt32(0).ToArray();
    }

    public ValueTask SayAsync(string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), Token);

    public ValueTask SendAsync(byte[] payload) => stream.WriteAsync(Frame(payload), Token);

    public ValueTask SendRawAsync(byte[] bytes) => stream.WriteAsync(bytes, Token);

    /// <summary>The version of the other side, and its offer.</summary>
    public async Task<(string Version, byte[] Offer)> HearAsync(bool fromServer)
    {
        var version = await _reader.ReadIdentificationAsync(fromServer, Token);
        return (version, await ReceiveAsync());
    }

    public async Task<byte[]> ReceiveAsync() => (await _reader.ReadAsync(Token)).ToArray();

    /// <summary>What the other side's last message says: the reason to end, and its text.</summary>
    public async Task<string> ReceiveDisconnectAsync() => ReadDisconnect(await ReceiveAsync());

    private static string ReadDisconnect(byte[] payload)
    {
        SshReader reader = new(payload);
        Assert.Equal(MessageNumber.Disconnect, reader.ReadByte());
        return $"{reader.ReadUInt32()} {reader.ReadText()}";
    }
}
