using Gost.Ssh.Algorithms;

namespace Gost.Ssh.Transport;

/// <summary>The frame around a payload: length, padding length, payload, padding. Source: RFC 4253 section 6.</summary>
internal static class PacketFormat
{
    /// <summary>The length field and that of the padding.</summary>
    public const int HeaderSize = 5;

    /// <summary>The least padding.</summary>
    public const int LeastPadding = 4;

    /// <summary>The most that a length field may say: that of OpenSSH.</summary>
    public const int Largest = 256 * 1024;

    /// <summary>The most that it may say before the user is known: enough for every handshake. Source: RFC 4253 section 6.1.</summary>
    public const int LargestUnauthenticated = 35_000;

    /// <summary>The longest payload that is sent.</summary>
    public const int LargestPayload = Largest - 64;

    /// <summary>How much padding a payload of <paramref name="size"/> bytes gets.</summary>
    public static int Padding(PacketCipher cipher, int size)
    {
        var counted = size + (cipher.IsLengthApart ? 1 : HeaderSize);
        var padding = cipher.BlockSize - (counted % cipher.BlockSize);
        return padding < LeastPadding ? padding + cipher.BlockSize : padding;
    }

    /// <summary>How long the whole packet is, tag included.</summary>
    public static int Total(PacketCipher cipher, int size) => HeaderSize + size + Padding(cipher, size) + cipher.TagSize;
}
