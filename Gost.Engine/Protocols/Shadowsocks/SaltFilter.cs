using System.IO.Hashing;
using System.Security.Cryptography;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// Remembers salts, so that a recorded stream or packet cannot be played again: at least the last <see cref="Capacity"/>, at most twice as many, in at most
/// 4 MiB. Only salts of authentic bytes are added, so nobody without the key can fill it. Thread-safe.
/// </summary>
internal sealed class SaltFilter(int capacity = SaltFilter.Capacity)
{
    /// <summary>Salts that are remembered at least.</summary>
    public const int Capacity = 128 * 1024;

    // Unknown outside, so that nobody can make salts that look the same.
    private readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
    private readonly Lock _gate = new();
    private SaltSet _recent = new();
    private SaltSet _older = new();

    /// <summary>Remembers a salt; false = it was there already.</summary>
    public bool TryAdd(ReadOnlySpan<byte> salt)
    {
        var mark = XxHash3.HashToUInt64(salt, _seed);
        lock (_gate)
        {
            if (_older.Contains(mark) || !_recent.TryAdd(mark))
            {
                return false;
            }

            if (_recent.Count >= capacity)
            {
                (_older, _recent) = (_recent, _older);
                _recent.Clear();
            }

            return true;
        }
    }
}
