namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>Crypt <c>none</c>: the bytes as they are; nonce and checksum stay in front of them.</summary>
internal sealed class PlainCipher : IPacketCipher
{
    /// <inheritdoc/>
    public void Encrypt(Span<byte> packet)
    {
    }

    /// <inheritdoc/>
    public void Decrypt(Span<byte> packet)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
