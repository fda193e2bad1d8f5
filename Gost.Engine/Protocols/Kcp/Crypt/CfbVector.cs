namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>The fixed initialization vector of all block ciphers; those of 64 bits take its first half. What makes datagrams differ is the nonce in front.</summary>
internal static class CfbVector
{
    /// <summary>16 bytes.</summary>
    public static ReadOnlySpan<byte> Bytes => [0xa7, 0x73, 0x4f, 0x9c, 0x12, 0xac, 0x1b, 0x01, 0xa4, 0x15, 0xf2, 0xc1, 0xfc, 0x78, 0xe6, 0x6b];
}
