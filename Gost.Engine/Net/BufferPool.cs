using System.Buffers;

namespace Gost.Engine.Net;

/// <summary>
/// Buffers of relays: rented while there is data, given back before waiting for more. What is kept for reuse is bounded by the
/// shared array pool; what is out is counted, so that a test can see a leak.
/// </summary>
internal sealed class BufferPool : ArrayPool<byte>
{
    /// <summary>Size of a relay buffer in bytes.</summary>
    public const int StreamBufferSize = 32 * 1024;

    private int _outstanding;

    /// <summary>Buffers that are rented now.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>A buffer of at least <paramref name="minimumLength"/> bytes, content undefined; <see cref="Return"/> it exactly once.</summary>
    public override byte[] Rent(int minimumLength = StreamBufferSize)
    {
        var buffer = Shared.Rent(minimumLength);
        Interlocked.Increment(ref _outstanding);
        return buffer;
    }

    /// <summary>Gives a rented buffer back.</summary>
    public override void Return(byte[] array, bool clearArray = false)
    {
        Interlocked.Decrement(ref _outstanding);
        Shared.Return(array, clearArray);
    }
}
