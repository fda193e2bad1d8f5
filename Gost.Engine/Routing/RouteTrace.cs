using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing;

/// <summary>Notes the steps of one way as they are taken, for whoever asked for a test. One way, one caller at a time.</summary>
internal sealed class RouteTrace(TimeProvider time)
{
    private readonly List<RouteTraceStep> _steps = [];

    /// <summary>The steps so far, in the order in which they ended.</summary>
    public IReadOnlyList<RouteTraceStep> Steps => _steps;

    /// <summary>Notes a step that is nothing but <paramref name="work"/>.</summary>
    public async ValueTask<T> MeasureAsync<T>(RouteStep step, FlowLayer layer, string address, Func<ValueTask<T>> work)
    {
        var started = time.GetTimestamp();
        try
        {
            var result = await work();
            Add(step, layer, address, started, null);
            return result;
        }
        catch (Exception exception)
        {
            Add(step, exception is FlowException flow ? flow.Layer : layer, address, started, exception);
            throw;
        }
    }

    /// <summary>Watches the way to one node.</summary>
    public NodeWatch Watch(RouteStep step, Target address, string dialer) => new(this, step, address, dialer);

    private void Add(RouteStep step, FlowLayer layer, string address, long started, Exception? exception)
    {
        var error = exception switch
        {
            null => null,
            OperationCanceledException => "timed out",
            _ => exception.Message,
        };
        _steps.Add(new RouteTraceStep(step.Hop, step.Node.Name, layer, address, time.GetElapsedTime(started), error));
    }

    /// <summary>The steps to one node: resolve and dial, or connect through the node before; then the handshake of its transport.</summary>
    internal sealed class NodeWatch
    {
        private readonly RouteTrace _trace;
        private readonly RouteStep _step;
        private readonly string _address;
        private readonly string _host;
        private readonly FlowLayer? _handshake;
        private FlowLayer? _current;
        private long _started;

        public NodeWatch(RouteTrace trace, RouteStep step, Target address, string dialer)
        {
            (_trace, _step, _address, _host) = (trace, step, address.ToString(), address.Host);
            _handshake = dialer switch
            {
                "tcp" or "direct" or "virtual" => null,
                "tls" or "mtls" or "utls" => FlowLayer.Tls,
                _ => FlowLayer.Handshake,
            };

            // A dialer that keeps a session may not ask for a stream at all.
            Begin(_handshake);
        }

        /// <summary>A socket is asked for.</summary>
        public void Dialling() => Begin(FlowLayer.Dial);

        /// <summary>The name has its addresses.</summary>
        public void Resolved()
        {
            _trace.Add(_step, FlowLayer.Resolve, _host, _started, null);
            Begin(FlowLayer.Dial);
        }

        /// <summary>The socket is connected.</summary>
        public void Dialled() => End(FlowLayer.Dial);

        /// <summary>The node before is asked for this one.</summary>
        public void Connecting() => Begin(FlowLayer.Connect);

        /// <summary>The node before gave a stream.</summary>
        public void Connected() => End(FlowLayer.Connect);

        /// <summary>The node's transport is open.</summary>
        public void Reached()
        {
            if (_current is { } layer)
            {
                _trace.Add(_step, layer, _address, _started, null);
            }
        }

        /// <summary>The node could not be reached; a failure of a node before is that one's.</summary>
        public void Failed(Exception exception)
        {
            if (exception is not FlowException { InChain: true })
            {
                _trace.Add(_step, exception is FlowException flow ? flow.Layer : _current ?? FlowLayer.Dial, _address, _started, exception);
            }
        }

        private void Begin(FlowLayer? layer) => (_current, _started) = (layer, _trace.Now);

        private void End(FlowLayer layer)
        {
            _trace.Add(_step, layer, _address, _started, null);
            Begin(_handshake);
        }
    }

    private long Now => time.GetTimestamp();
}
