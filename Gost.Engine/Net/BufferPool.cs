using System.Buffers;

namespace Gost.Engine.Net;

/// <summary>
/// Buffers of relays: rented while there is data, given back before waiting for more. What is kept for reuse is bounded by the
/// shared array pool; what is out is counted, so that a test can see a leak.
/// </summary>
internal sealed class BufferPool
{
    /// <summary>Size of a relay buffer in bytes.</summary>
    public const int StreamBufferSize = 32 * 1024;

    private int _outstanding;

    /// <summary>Buffers that are rented now.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>A buffer of at least <paramref name="size"/> bytes, content undefined; <see cref="Return"/> it exactly once.</summary>
    public byte[] Rent(int size = StreamBufferSize)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        Interlocked.Increment(ref _outstanding);
        return buffer;
    }

    /// <summary>Gives a rented buffer back.</summary>
    public void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _outstanding);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
