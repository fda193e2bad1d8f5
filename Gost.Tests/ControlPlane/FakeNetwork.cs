using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;

namespace Gost.Tests.ControlPlane;

/// <summary>Listeners without sockets: who holds which address, who gets its flows, and which addresses cannot be bound.</summary>
internal sealed class FakeNetwork : IProtocolModule
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IInboundSink> _sinks = [];
    private readonly Dictionary<string, int> _leases = [];

    /// <summary>Addresses that another process holds.</summary>
    public HashSet<string> Taken { get; } = [];

    /// <summary>Told of each attempt to bind, after it.</summary>
    public Action<string>? Bound { get; set; }

    public int Binds { get; private set; }

    /// <summary>Ends the listener at an address with a fault.</summary>
    public Dictionary<string, TaskCompletionSource> Breaks { get; } = [];

    /// <summary>What is wrong with every address already when a listener takes it over.</summary>
    public FlowException? Standing { get; set; }

    public int Leases(string address)
    {
        lock (_gate)
        {
            return _leases.GetValueOrDefault(address);
        }
    }

    /// <summary>All addresses that are held.</summary>
    public IReadOnlyList<string> Held
    {
        get
        {
            lock (_gate)
            {
                return [.. _leases.Keys.Order()];
            }
        }
    }

    /// <summary>A client connects; null = refused.</summary>
    public FakeStream? Connect(string address)
    {
        IInboundSink? sink;
        lock (_gate)
        {
            _sinks.TryGetValue(address, out sink);
        }

        FakeStream stream = new();
        IPEndPoint client = new(IPAddress.Loopback, 1000);
        return sink?.TryAccept(new Inbound(stream, client, client, null)) == true ? stream : null;
    }

    public IInboundSink? Sink(string address)
    {
        lock (_gate)
        {
            return _sinks.GetValueOrDefault(address);
        }
    }

    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("tcp", x =>
        {
            x.Metadata.GetBool(false, "keepalive");
            return new Listener(this, x.Service.Addr);
        });
        builder.Handlers.Add("tcp", static x =>
        {
            x.Metadata.GetDuration(TimeSpan.Zero, "idleTimeout");
            return new Handler();
        });
    }

    private sealed class Handler : IHandler
    {
        public async ValueTask HandleAsync(Inbound inbound, CancellationToken stopping)
        {
            var stream = (FakeStream)inbound.Stream!; // Only streams are made here.
            stream.Served.TrySetResult();
            await stream.Ended.Task;
            if (stream.Fault is { } fault)
            {
                throw fault;
            }
        }
    }

    private sealed class Listener(FakeNetwork network, string address) : IListener
    {
        private bool _held;
        private IInboundSink? _sink;

        public EndPoint? LocalEndPoint => null;

        public ValueTask BindAsync(CancellationToken cancellationToken)
        {
            lock (network._gate)
            {
                network.Binds++;
                if (!network.Taken.Contains(address))
                {
                    network._leases[address] = network._leases.GetValueOrDefault(address) + 1;
                    _held = true;
                }
            }

            network.Bound?.Invoke(address);
            return _held
                ? ValueTask.CompletedTask
                : throw new FlowException(FlowLayer.Bind, FlowError.AddressInUse, $"listen tcp {address}: bind: address already in use");
        }

        public async Task RunAsync(IInboundSink sink, CancellationToken stopping)
        {
            TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (network._gate)
            {
                network._sinks[address] = _sink = sink;
                network.Breaks[address] = broken;
            }

            if (network.Standing is { } fault)
            {
                sink.ReportFault(fault);
            }

            await broken.Task.WaitAsync(stopping);
        }

        public ValueTask DisposeAsync()
        {
            lock (network._gate)
            {
                if (_held && --network._leases[address] == 0)
                {
                    network._leases.Remove(address);
                    network._sinks.Remove(address);
                }

                _held = false;
            }

            return ValueTask.CompletedTask;
        }
    }
}
