using System.Security.Cryptography;

namespace Gost.Tests.Testing;

/// <summary>Long pseudo-random byte sequences that are made as they are sent and compared by SHA-256.</summary>
internal static class RandomBytes
{
    private const int ChunkLength = 256 * 1024;

    /// <summary>Writes <paramref name="length"/> bytes of the sequence <paramref name="seed"/>; returns their hash.</summary>
    public static async Task<string> SendAsync(Func<ReadOnlyMemory<byte>, ValueTask> write, long length, int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkLength];
        new Random(seed).NextBytes(chunk);
        ulong counter = 0;
        for (long sent = 0; sent < length;)
        {
            // A changing head in every chunk: bytes that are lost, repeated or moved by whole chunks change the hash as well.
            BitConverter.TryWriteBytes(chunk, counter++);
            var part = chunk.AsMemory(0, (int)Math.Min(chunk.Length, length - sent));
            hash.AppendData(part.Span);
            await write(part);
            sent += part.Length;
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Reads to the end of the stream; returns the number of bytes and their hash.</summary>
    public static async Task<(long Length, string Hash)> ReceiveAsync(Func<Memory<byte>, ValueTask<int>> read)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ChunkLength];
        long total = 0;
        int count;
        while ((count = await read(buffer)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, count));
            total += count;
        }

        return (total, Convert.ToHexString(hash.GetHashAndReset()));
    }
}
