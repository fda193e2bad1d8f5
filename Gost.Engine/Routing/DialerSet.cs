using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing;

/// <summary>
/// The dialers of one node. One that keeps sessions has an own one for each way to the node, since a session leads through the hops before
/// it. Counts who uses it (hops that have the node, dials under way): the last one to let go disposes the dialers. Any thread.
/// </summary>
internal sealed class DialerSet(IDialer first, Func<IDialer> makeAnother)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Way, IDialer> _behind = [];
    private readonly HashSet<DialerSet> _dependents = [];
    private int _users = 1;

    /// <summary>One more user; false when it is gone already.</summary>
    public bool TryAcquire()
    {
        lock (_gate)
        {
            return _users > 0 && ++_users > 0;
        }
    }

    /// <summary>The dialer behind the nodes of a way, first to last; the caller has acquired this set and theirs.</summary>
    public IDialer Behind(ReadOnlySpan<RouteStep> before)
    {
        if (before.IsEmpty || first is not IAsyncDisposable)
        {
            return first;
        }

        var sets = new DialerSet[before.Length];
        for (var i = 0; i < sets.Length; i++)
        {
            sets[i] = before[i].Node.Transport!.Dialers; // A step without a transport is refused before any dial.
        }

        Way way = new(sets);
        lock (_gate)
        {
            if (_behind.TryGetValue(way, out var known))
            {
                return known;
            }
        }

        // Never one gate within another: two chains may have the same nodes in another order.
        foreach (var set in sets)
        {
            lock (set._gate)
            {
                set._dependents.Add(this);
            }
        }

        lock (_gate)
        {
            if (!_behind.TryGetValue(way, out var known))
            {
                known = makeAnother();
                _behind.Add(way, known);
            }

            return known;
        }
    }

    /// <summary>One user less. After the last one nothing can be dialled; streams that are open live on.</summary>
    public async ValueTask ReleaseAsync()
    {
        DialerSet[] dependents;
        DialerSet[] upstream;
        IDialer[] dialers;
        lock (_gate)
        {
            if (--_users > 0)
            {
                return;
            }

            dependents = [.. _dependents];
            upstream = [.. _behind.Keys.SelectMany(static x => x.Sets).Distinct()];
            dialers = [first, .. _behind.Values];
            _behind.Clear();
        }

        foreach (var set in upstream)
        {
            lock (set._gate)
            {
                set._dependents.Remove(this);
            }
        }

        foreach (var dependent in dependents)
        {
            await dependent.ForgetAsync(this);
        }

        await DisposeAsync(dialers);
    }

    private static async ValueTask DisposeAsync(IDialer[] dialers)
    {
        foreach (var dialer in dialers)
        {
            if (dialer is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }
    }

    /// <summary>Ends the sessions that lead through a node that is gone.</summary>
    private async ValueTask ForgetAsync(DialerSet gone)
    {
        IDialer[] dialers;
        lock (_gate)
        {
            Way[] ways = [.. _behind.Keys.Where(x => x.Sets.Contains(gone))];
            dialers = [.. ways.Select(x => _behind[x])];
            foreach (var way in ways)
            {
                _behind.Remove(way);
            }
        }

        await DisposeAsync(dialers);
    }

    /// <summary>The nodes before this one.</summary>
    private readonly record struct Way(DialerSet[] Sets)
    {
        public bool Equals(Way other) => Sets.AsSpan().SequenceEqual(other.Sets);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (var set in Sets)
            {
                hash.Add(set);
            }

            return hash.ToHashCode();
        }
    }
}
