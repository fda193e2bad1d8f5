using Xunit;

namespace Gost.Tests.Protocols.Kcp.Arq;

/// <summary>
/// Two ends and a network between them that loses, repeats and delays datagrams, in simulated milliseconds: a transfer that takes minutes takes no time,
/// and is the same in each run.
/// </summary>
internal sealed class SimulatedPath(ArqEnd left, ArqEnd right, int seed, uint start = 0)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<(ArqEnd To, byte[] Datagram), long> _onTheWay = new();
    private long _elapsed;
    private long _sequence;

    public double Loss { get; init; }

    public double Repetition { get; init; }

    public int Delay { get; init; } = 10;

    public int Jitter { get; init; }

    public long Elapsed => _elapsed;

    public uint Now => unchecked(start + (uint)_elapsed);

    /// <summary>Sends from left to right, reading at once, until everything has arrived and was acknowledged; gives what was read.</summary>
    public byte[] Transfer(ReadOnlySpan<byte> bytes, long limit, Func<long, bool>? reads = null)
    {
        List<byte> received = [];
        while (bytes.Length > 0 || !left.Arq.IsDrained || received.Count == 0)
        {
            Assert.True(_elapsed < limit, $"not done after {_elapsed} ms: {received.Count} bytes have arrived");
            bytes = bytes[left.Arq.Write(bytes)..];
            if (reads?.Invoke(_elapsed) != false)
            {
                received.AddRange(right.ReadAll());
            }

            Send(left, right);
            Send(right, left);
            Advance();
        }

        received.AddRange(right.ReadAll());
        return [.. received];
    }

    private void Send(ArqEnd from, ArqEnd to)
    {
        foreach (var datagram in from.Flush(Now))
        {
            for (var copies = _random.NextDouble() < Repetition ? 2 : 1; copies > 0; copies--)
            {
                if (_random.NextDouble() >= Loss)
                {
                    var arrival = _elapsed + Delay + _random.Next(Jitter + 1);
                    _onTheWay.Enqueue((to, datagram), (arrival << 24) | (_sequence++ & 0xff_ffff));
                }
            }
        }
    }

    private void Advance()
    {
        _elapsed++;
        while (_onTheWay.TryPeek(out _, out var priority) && priority >> 24 <= _elapsed)
        {
            var (to, datagram) = _onTheWay.Dequeue();
            Assert.True(to.Arq.Input(datagram, Now));
        }
    }
}
