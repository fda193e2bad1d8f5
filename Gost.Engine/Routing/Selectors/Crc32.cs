namespace Gost.Engine.Routing.Selectors;

/// <summary>CRC-32 of IEEE 802.3 (reflected, polynomial 0xEDB88320), a few bytes at a time: no table is worth it for an address.</summary>
internal static class Crc32
{
    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
            }
        }

        return ~crc;
    }
}
