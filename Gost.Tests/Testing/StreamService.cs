using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>
/// One TCP service made of the real listener and handler, with a forwarder that dials one target; stands in for the service runtime. Every
/// flow is tracked and awaited in dispose.
/// </summary>
internal sealed class StreamService : IInboundSink, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Inbound, Task> _flows = [];
    private readonly Channel<FlowException?> _faults = Channel.CreateUnbounded<FlowException?>();
    private readonly Channel<Inbound> _accepted = Channel.CreateUnbounded<Inbound>();
    private readonly Channel<FlowException> _failures = Channel.CreateUnbounded<FlowException>();
    private readonly IHandler _handler;
    private Task _running = Task.CompletedTask;

    private StreamService(IListener listener, IHandler handler, List<Finding> findings) => (Listener, _handler, Findings) = (listener, handler, findings);

    public IListener Listener { get; }

    public List<Finding> Findings { get; }

    public TrafficTotals Totals { get; } = new();

    public int Port => ((IPEndPoint)Listener.LocalEndPoint!).Port; // bound in StartAsync

    /// <summary>Flows in the order they were accepted.</summary>
    public ChannelReader<Inbound> Accepted => _accepted.Reader;

    /// <summary>Faults as they were reported.</summary>
    public ChannelReader<FlowException?> Faults => _faults.Reader;

    /// <summary>What handlers threw, and handshakes that failed.</summary>
    public ChannelReader<FlowException> Failures => _failures.Reader;

    public int LiveFlows => _flows.Count;

    /// <summary>Builds the service and binds it; <see cref="Run"/> makes it accept.</summary>
    public static async Task<StreamService> BindAsync(EngineServices engine, ServiceConfig config, Func<Inbound, CancellationToken, ValueTask<DuplexStream>> dial)
    {
        var listenerType = config.Listener?.Type ?? "tcp";
        MetadataReader listenerMetadata = new(config.Listener?.Metadata ?? ConfigMap<object?>.Empty, "/listener/metadata");
        MetadataReader handlerMetadata = new(config.Handler?.Metadata ?? ConfigMap<object?>.Empty, "/handler/metadata");
        MetadataReader serviceMetadata = new(config.Metadata, "/metadata");
        var listener = engine.Catalog.Listeners[listenerType](new ListenerBuildContext(config, listenerMetadata, serviceMetadata, engine));
        var handler = engine.Catalog.Handlers[config.Handler?.Type ?? "tcp"](new HandlerBuildContext(
            config, handlerMetadata, serviceMetadata, new StubForwarder(dial), Gost.Engine.Routing.Router.ForHandler(config, serviceMetadata, engine), engine));
        StreamService service = new(listener, handler, [.. listenerMetadata.Findings, .. handlerMetadata.Findings, .. serviceMetadata.Findings]);
        await listener.BindAsync(TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>A running service that forwards to a loopback port.</summary>
    public static async Task<StreamService> StartAsync(EngineServices engine, int targetPort, ServiceConfig? config = null)
    {
        var service = await BindAsync(engine, config ?? new ServiceConfig { Name = "s", Addr = "127.0.0.1:0" }, (_, ct) => DialAsync(targetPort, ct));
        service.Run();
        return service;
    }

    public static async ValueTask<DuplexStream> DialAsync(int port, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return new SocketDuplexStream(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new FlowException(FlowLayer.Dial, FlowError.Refused, e.Message, e);
        }
    }

    public void Run() => _running = Listener.RunAsync(this, _stop.Token);

    public bool TryAccept(Inbound inbound)
    {
        if (_stop.IsCancellationRequested)
        {
            return false;
        }

        inbound.Counters = new FlowCounters(Totals);
        _accepted.Writer.TryWrite(inbound);
        TaskCompletionSource tracked = new();
        _flows[inbound] = tracked.Task;
        _ = ServeAsync(inbound, tracked);
        return true;
    }

    public void ReportFault(FlowException? fault) => _faults.Writer.TryWrite(fault);

    public void ReportFailure(FlowException failure) => _failures.Writer.TryWrite(failure);

    /// <summary>Stops accepting and gives the socket back; flows live on.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Listener.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var (inbound, _) in _flows)
        {
            inbound.Stream?.Abort();
        }

        await Task.WhenAll(_flows.Values);
        _stop.Dispose();
    }

    private async Task ServeAsync(Inbound inbound, TaskCompletionSource tracked)
    {
        try
        {
            await _handler.HandleAsync(inbound, CancellationToken.None);
        }
        catch (FlowException e)
        {
            _failures.Writer.TryWrite(e);
        }
        finally
        {
            await inbound.DisposeAsync();
            _flows.TryRemove(inbound, out _);
            tracked.SetResult();
        }
    }

    private sealed class StubForwarder(Func<Inbound, CancellationToken, ValueTask<DuplexStream>> dial) : IForwarder
    {
        public IReadOnlyList<TargetHealth> Health => [];

        public ValueTask<DuplexStream> DialAsync(Inbound inbound, CancellationToken cancellationToken) => dial(inbound, cancellationToken);

        public ValueTask<IDatagramChannel> AssociateAsync(Inbound inbound, CancellationToken cancellationToken) =>
            throw new NotSupportedException("this double only dials streams: it associates no datagrams");
    }
}
