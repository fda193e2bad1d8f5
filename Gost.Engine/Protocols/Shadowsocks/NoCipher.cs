namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>GOST's method <c>none</c>: the frames of the others, neither encrypted nor authenticated. Source: spec/wire/shadowsocks.md section 6.</summary>
internal sealed class NoCipher : AeadCipher
{
    /// <inheritdoc/>
    public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> output) => plain.CopyTo(output);

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, Span<byte> plain)
    {
        cipher.CopyTo(plain);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
