using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Gost.Ssh.Algorithms;

/// <summary>
/// AES in counter mode, made of many blocks of counters encrypted in one call. The state goes on from call to call, at any length.
/// Source: RFC 4344 section 4.
/// </summary>
internal sealed class AesCtr : IDisposable
{
    private const int Block = 16;
    private const int Stretch = 4096;

    private readonly ICryptoTransform _encryptor;
    private readonly byte[] _counters = new byte[Stretch];
    private readonly byte[] _keystream = new byte[Stretch];
    private ulong _high;
    private ulong _low;

    // Which of the keystream has not been used.
    private int _next;
    private int _end;

    public AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        _encryptor = aes.CreateEncryptor();
        _high = BinaryPrimitives.ReadUInt64BigEndian(counter);
        _low = BinaryPrimitives.ReadUInt64BigEndian(counter[8..]);
    }

    /// <summary>Encrypts or decrypts in place.</summary>
    public void Apply(Span<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_next == _end)
            {
                Refill(text.Length);
            }

            var count = Math.Min(text.Length, _end - _next);
            Xor(text[..count], _keystream.AsSpan(_next, count));
            _next += count;
            text = text[count..];
        }
    }

    public void Dispose()
    {
        _encryptor.Dispose();
        CryptographicOperations.ZeroMemory(_keystream);
    }

    private static void Xor(Span<byte> text, ReadOnlySpan<byte> key)
    {
        while (text.Length >= Vector<byte>.Count)
        {
            (new Vector<byte>(text) ^ new Vector<byte>(key)).CopyTo(text);
            text = text[Vector<byte>.Count..];
            key = key[Vector<byte>.Count..];
        }

        for (var i = 0; i < text.Length; i++)
        {
            text[i] ^= key[i];
        }
    }

    private void Refill(int wanted)
    {
        // No more than is wanted: a short packet would pay for the whole stretch.
        var count = Math.Min(Stretch, (wanted + Block - 1) & ~(Block - 1));
        for (var at = 0; at < count; at += Block)
        {
            BinaryPrimitives.WriteUInt64BigEndian(_counters.AsSpan(at), _high);
            BinaryPrimitives.WriteUInt64BigEndian(_counters.AsSpan(at + 8), _low);
            if (unchecked(++_low) == 0)
            {
                unchecked
                {
                    _high++;
                }
            }
        }

        _encryptor.TransformBlock(_counters, 0, count, _keystream, 0);
        (_next, _end) = (0, count);
    }
}
