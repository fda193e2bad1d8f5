using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.ControlPlane;

namespace Gost.Engine.Runtime;

/// <summary>State, last 20 events and last error of a service, with GOST's texts. Any thread. Source: spec/api.md section 4.</summary>
internal sealed class ServiceJournal(string service, TimeProvider time)
{
    private const int Capacity = 20;
    private readonly Lock _gate = new();
    private ImmutableQueue<ServiceEvent> _events = [];
    private int _count;
    private ServiceState _state = ServiceState.Running;
    private ServiceError? _lastError;

    /// <summary>When the service was made.</summary>
    public DateTimeOffset CreateTime { get; } = time.GetUtcNow();

    public ServiceState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>Sets the state and says so; false when it was that already and <paramref name="always"/> is not set.</summary>
    public bool Enter(ServiceState state, bool always = false)
    {
        lock (_gate)
        {
            if (_state == state && !always)
            {
                return false;
            }

            _state = state;
            Add($"service {service} is {Text(state)}");
            return true;
        }
    }

    /// <summary>Records the address.</summary>
    public void Listening(string address)
    {
        lock (_gate)
        {
            Add($"service {service} is listening on {address}");
        }
    }

    /// <summary>Records what went wrong.</summary>
    public void Failed(FlowException fault)
    {
        lock (_gate)
        {
            _lastError = new ServiceError(time.GetUtcNow(), fault.Layer, fault.Hop, fault.Node, fault.Message);
        }
    }

    /// <summary>All three at one moment.</summary>
    public (ServiceState State, ImmutableArray<ServiceEvent> Events, ServiceError? LastError) Read()
    {
        lock (_gate)
        {
            return (_state, [.. _events], _lastError);
        }
    }

    private static string Text(ServiceState state) => state switch
    {
        ServiceState.Running => "running",
        ServiceState.Ready => "ready",
        ServiceState.Failed => "failed",
        _ => "closed",
    };

    private void Add(string message)
    {
        _events = _events.Enqueue(new ServiceEvent(time.GetUtcNow(), message));
        if (++_count > Capacity)
        {
            _events = _events.Dequeue();
            _count = Capacity;
        }
    }
}
