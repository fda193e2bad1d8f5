using System.Security.Cryptography;

namespace Gost.Ssh.Transport;

/// <summary>Random bytes for padding, made in stretches: a call of the generator for each packet would cost more than its encryption.</summary>
internal sealed class PaddingSource
{
    private const int Stretch = 1024;

    private readonly byte[] _bytes = new byte[Stretch];
    private int _next = Stretch;

    /// <summary>Fills at most 255 bytes.</summary>
    public void Fill(Span<byte> padding)
    {
        if (_next + padding.Length > Stretch)
        {
            RandomNumberGenerator.Fill(_bytes);
            _next = 0;
        }

        _bytes.AsSpan(_next, padding.Length).CopyTo(padding);
        _next += padding.Length;
    }
}
