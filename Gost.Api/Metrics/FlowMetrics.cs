using System.Collections.Concurrent;
using Gost.Engine;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Prometheus;

namespace Gost.Api.Metrics;

/// <summary>
/// GOST's metrics by name, label and help text, in a registry of their own. Clients beyond the cap are counted as <c>other</c>, so that
/// a public port cannot fill the memory with series. Source: spec/metrics.md section 2.
/// </summary>
internal sealed class FlowMetrics : IFlowObserver
{
    private const string OtherClient = "other";
    private static readonly double[] RequestBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15, 30, 60];
    private static readonly double[] ChainBuckets = [.01, .05, .1, .25, .5, 1, 1.5, 2, 5, 10, 15, 30, 60];
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly ConcurrentDictionary<(string Service, string Client), FlowSeries> _series = new();
    private readonly ConcurrentDictionary<string, Histogram.Child> _durations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _clients = new(StringComparer.Ordinal);
    private readonly int _maxClients;
    private int _clientCount;
    private readonly Gauge _services;
    private readonly Counter _requests;
    private readonly Gauge _inFlight;
    private readonly Histogram _duration;
    private readonly Counter _input;
    private readonly Counter _output;
    private readonly Counter _errors;
    private readonly Counter _chainErrors;
    private readonly Histogram _chainDuration;

    /// <summary>Registers the metrics; <paramref name="host"/> is a label of every series.</summary>
    public FlowMetrics(string host, int maxClients)
    {
        _maxClients = maxClients;
        _registry.SetStaticLabels(new Dictionary<string, string> { ["host"] = host });
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        string[] perClient = ["service", "client"];
        _services = factory.CreateGauge("gost_services", "Current number of services");
        _requests = factory.CreateCounter("gost_service_requests_total", "Total number of requests", perClient);
        _inFlight = factory.CreateGauge("gost_service_requests_in_flight", "Current in-flight requests", perClient);
        _duration = factory.CreateHistogram(
            "gost_service_request_duration_seconds", "Distribution of request latencies", ["service"], new HistogramConfiguration { Buckets = RequestBuckets });
        _input = factory.CreateCounter("gost_service_transfer_input_bytes_total", "Total service input data transfer size in bytes", perClient);
        _output = factory.CreateCounter("gost_service_transfer_output_bytes_total", "Total service output data transfer size in bytes", perClient);
        _errors = factory.CreateCounter("gost_service_handler_errors_total", "Total service handler errors", perClient);
        _chainErrors = factory.CreateCounter("gost_chain_errors_total", "Total chain errors", ["chain", "node"]);
        _chainDuration = factory.CreateHistogram(
            "gost_chain_node_connect_duration_seconds", "Distribution of chain node connect latencies", ["chain", "node"],
            new HistogramConfiguration { Buckets = ChainBuckets });
        DotNetStats.Register(_registry);
    }

    /// <inheritdoc/>
    public void FlowStarted(string service, string clientIp)
    {
        var series = Of(service, clientIp);
        series.Requests.Inc();
        series.InFlight.Inc();
    }

    /// <inheritdoc/>
    public void FlowEnded(string service, string clientIp, TimeSpan duration, long inputBytes, long outputBytes, bool failed)
    {
        var series = Of(service, clientIp);
        series.InFlight.Dec();
        series.AddEnded(inputBytes, outputBytes);
        if (failed)
        {
            series.Errors.Inc();
        }

        _durations.GetOrAdd(service, static (name, metric) => metric.WithLabels(name), _duration).Observe(duration.TotalSeconds);
    }

    /// <inheritdoc/>
    public void ChainTried(string chain, string node, TimeSpan duration, bool failed)
    {
        if (failed)
        {
            _chainErrors.WithLabels(chain, node).Inc();
        }
        else
        {
            _chainDuration.WithLabels(chain, node).Observe(duration.TotalSeconds);
        }
    }

    /// <summary>Writes the text exposition format; live flows count with the bytes they have moved so far.</summary>
    public async Task WriteAsync(Stream output, IControlPlane controlPlane, CancellationToken cancellationToken)
    {
        Update(controlPlane);
        await _registry.CollectAndExportAsTextAsync(output, cancellationToken);
    }

    private void Update(IControlPlane controlPlane)
    {
        var running = 0;

        // Ended bytes are read before live flows: a flow that ends in between is missing once, but never counted twice.
        var ended = _series.ToDictionary(static x => x.Key, static x => x.Value.Ended);
        Dictionary<(string, string), (long Input, long Output)> live = [];
        foreach (var service in controlPlane.Desired.OfKind(ConfigKind.Services))
        {
            var name = service.Config.Name;
            running += controlPlane.GetState(name) == ServiceState.Ready ? 1 : 0;
            foreach (var flow in controlPlane.GetConnections(name) ?? [])
            {
                var key = (name, LabelOf(HostOf(flow.Client)));
                var (input, output) = live.GetValueOrDefault(key);
                live[key] = (input + flow.InputBytes, output + flow.OutputBytes);
            }
        }

        _services.Set(running);
        foreach (var (key, (input, output)) in ended)
        {
            var (liveInput, liveOutput) = live.GetValueOrDefault(key);
            _series[key].Input.IncTo(input + liveInput);
            _series[key].Output.IncTo(output + liveOutput);
        }
    }

    private FlowSeries Of(string service, string clientIp) =>
        _series.GetOrAdd((service, LabelOf(clientIp)), static (key, x) => x.Create(key.Service, key.Client), this);

    private FlowSeries Create(string service, string client) => new(
        _requests.WithLabels(service, client),
        _inFlight.WithLabels(service, client),
        _input.WithLabels(service, client),
        _output.WithLabels(service, client),
        _errors.WithLabels(service, client));

    // A client that has a series keeps it: in-flight counts go down on the series they went up on.
    private string LabelOf(string clientIp) =>
        _clients.ContainsKey(clientIp) || TryAdd(clientIp) ? clientIp : OtherClient;

    private bool TryAdd(string clientIp)
    {
        if (Volatile.Read(ref _clientCount) >= _maxClients)
        {
            return false;
        }

        if (_clients.TryAdd(clientIp, 0))
        {
            Interlocked.Increment(ref _clientCount);
        }

        return true;
    }

    private static string HostOf(string client)
    {
        var colon = client.LastIndexOf(':');
        return colon < 0 ? client : client[..colon].Trim('[', ']');
    }
}
