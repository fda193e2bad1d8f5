namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>
/// Hides whole datagrams, from their first byte on. Calls of one method never overlap each other; one of each may run at the same time. Source:
/// spec/wire/transports.md section 7.2.
/// </summary>
internal interface IPacketCipher : IDisposable
{
    /// <summary>Encrypts a datagram in place. Its first 16 bytes are random.</summary>
    void Encrypt(Span<byte> packet);

    /// <summary>Decrypts a datagram in place; whether it was one of ours the caller sees by the checksum.</summary>
    void Decrypt(Span<byte> packet);
}
