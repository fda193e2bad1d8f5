namespace Gost.Engine.Protocols.Kcp.Packets;

/// <summary>Random bytes for nonces, drawn in larger pieces, since each draw costs a system call or a lock. Single-threaded.</summary>
internal sealed class NonceSource(NonceSource.Draw draw)
{
    private const int PieceSize = 1024;

    private byte[]? _piece;
    private int _used;

    /// <summary>Fills with random bytes.</summary>
    internal delegate void Draw(Span<byte> bytes);

    /// <summary>Fills a nonce.</summary>
    public void Fill(Span<byte> nonce)
    {
        if (_piece is null || _used + nonce.Length > PieceSize)
        {
            _piece ??= new byte[PieceSize];
            draw(_piece);
            _used = 0;
        }

        _piece.AsSpan(_used, nonce.Length).CopyTo(nonce);
        _used += nonce.Length;
    }
}
