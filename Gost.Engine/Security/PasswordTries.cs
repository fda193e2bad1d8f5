using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Gost.Engine.Security;

/// <summary>
/// Bounds wrong passwords: ten in a minute from one source, then it has to wait until the first of them is a minute old. An IPv6 source is its /64 network,
/// which one host commonly has to itself. Thread-safe; one per engine; the number of sources it remembers is bounded.
/// </summary>
internal sealed class PasswordTries(TimeProvider time)
{
    /// <summary>Wrong passwords in one <see cref="Window"/>.</summary>
    public const int MaxFailures = 10;

    /// <summary>Sources remembered at most; beyond that the one whose last failure is the oldest is forgotten.</summary>
    public const int MaxSources = 8192;

    /// <summary>What failures are counted over.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Source> _sources = [];

    /// <summary>Sources with failures that are remembered.</summary>
    public int SourceCount
    {
        get
        {
            lock (_gate)
            {
                return _sources.Count;
            }
        }
    }

    /// <summary>How long the source must wait before it is asked for a password again; zero = not at all.</summary>
    public TimeSpan WaitOf(EndPoint client)
    {
        lock (_gate)
        {
            return _sources.TryGetValue(KeyOf(client), out var source) ? Left(source) : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Runs the check of a password unless the source has to wait; null = it has. Checks of one source run one after the other, so that many at once do not
    /// get more tries.
    /// </summary>
    public bool? Try(EndPoint client, Func<bool> check)
    {
        var key = KeyOf(client);
        Source source;
        lock (_gate)
        {
            source = _sources.GetValueOrDefault(key) ?? Add(key);
            source.Users++;
        }

        try
        {
            lock (source)
            {
                lock (_gate)
                {
                    if (Left(source) > TimeSpan.Zero)
                    {
                        return null;
                    }
                }

                var accepted = check();
                if (!accepted)
                {
                    lock (_gate)
                    {
                        source.Fail(time.GetTimestamp());
                    }
                }

                return accepted;
            }
        }
        finally
        {
            lock (_gate)
            {
                if (--source.Users == 0 && source.Failures == 0)
                {
                    _sources.Remove(key);
                }
            }
        }
    }

    private static IPAddress KeyOf(EndPoint client)
    {
        if (client is not IPEndPoint { Address: var address })
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0);
        return new IPAddress(bytes);
    }

    private TimeSpan Left(Source source)
    {
        if (source.Failures < MaxFailures)
        {
            return TimeSpan.Zero;
        }

        var left = Window - time.GetElapsedTime(source.Oldest);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private Source Add(IPAddress key)
    {
        if (_sources.Count >= MaxSources)
        {
            foreach (var (old, source) in _sources.ToArray())
            {
                if (source.Users == 0 && time.GetElapsedTime(source.Newest) >= Window)
                {
                    _sources.Remove(old);
                }
            }

            if (_sources.Count >= MaxSources)
            {
                _sources.Remove(_sources.MinBy(static x => x.Value.Users > 0 ? long.MaxValue : x.Value.Newest).Key);
            }
        }

        Source added = new();
        _sources.Add(key, added);
        return added;
    }

    /// <summary>The last failures of one source, in a ring.</summary>
    private sealed class Source
    {
        private readonly long[] _times = new long[MaxFailures];
        private int _next;

        public int Users { get; set; }

        public int Failures { get; private set; }

        /// <summary>When the oldest of the last ten was.</summary>
        public long Oldest => _times[_next];

        /// <summary>When the last one was.</summary>
        public long Newest => _times[(_next + MaxFailures - 1) % MaxFailures];

        public void Fail(long now)
        {
            _times[_next] = now;
            _next = (_next + 1) % MaxFailures;
            Failures = Math.Min(Failures + 1, MaxFailures);
        }
    }
}
