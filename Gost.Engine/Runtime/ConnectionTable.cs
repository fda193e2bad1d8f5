using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gost.Engine.ControlPlane;

namespace Gost.Engine.Runtime;

/// <summary>The live flows of one service. Any thread.</summary>
internal sealed class ConnectionTable
{
    private readonly ConcurrentDictionary<long, Flow> _flows = new();
    private readonly Lock _gate = new();
    private long _count;
    private long _abortedUpTo;
    private TaskCompletionSource? _empty;

    /// <summary>Flows now.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Adds a flow before its handler runs.</summary>
    public void Add(Flow flow)
    {
        Interlocked.Increment(ref _count);
        _flows[flow.Id] = flow;

        // Accepted while its generation's flows were being ended: whoever ends them marks first and looks then, here it is the other way round.
        if (flow.Generation.Number <= Interlocked.Read(ref _abortedUpTo))
        {
            flow.Abort();
        }
    }

    /// <summary>Removes a flow that has ended.</summary>
    public void Remove(Flow flow)
    {
        if (!_flows.TryRemove(flow.Id, out _) || Interlocked.Decrement(ref _count) > 0)
        {
            return;
        }

        lock (_gate)
        {
            if (Count == 0)
            {
                _empty?.TrySetResult();
                _empty = null;
            }
        }
    }

    /// <summary>Ends when there are no flows.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_gate)
        {
            return Count == 0
                ? Task.CompletedTask
                : (_empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Ends one flow; false when there is none of the number.</summary>
    public bool Abort(long id)
    {
        if (!_flows.TryGetValue(id, out var flow))
        {
            return false;
        }

        flow.Abort();
        return true;
    }

    /// <summary>Ends the flows of all generations up to a number, those included that are being accepted now.</summary>
    public void AbortUpTo(long generation)
    {
        var known = Interlocked.Read(ref _abortedUpTo);
        while (known < generation)
        {
            known = Interlocked.CompareExchange(ref _abortedUpTo, generation, known);
        }

        foreach (var flow in _flows.Values)
        {
            if (flow.Generation.Number <= generation)
            {
                flow.Abort();
            }
        }
    }

    /// <summary>The flows as the API shows them, in order of their beginning.</summary>
    public ImmutableArray<ConnectionInfo> List() => [.. _flows.Values.Select(static x => x.Describe()).OrderBy(static x => x.Id)];
}
