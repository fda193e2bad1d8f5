using System.Net;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Tests.ControlPlane;
using Gost.Tests.Routing;

namespace Gost.Tests.Binds;

/// <summary>A transport and a protocol without a network whose binds wait for the test's answer.</summary>
internal sealed class FarEnd : IProtocolModule
{
    public const string Name = "far";

    private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>();

    /// <summary>Binds as they are asked for.</summary>
    public ChannelReader<Attempt> Attempts => _attempts.Reader;

    /// <summary>A chain of one node at this far end.</summary>
    public static ChainConfig Chain(string name, string node = "n") => LiveEngine.Chain(name, new NodeConfig
    {
        Name = node,
        Addr = $"{node}:1",
        Connector = new ConnectorConfig { Type = Name },
        Dialer = new DialerConfig { Type = Name },
    });

    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Dialers.Add(Name, static _ => new Dialer());
        builder.Connectors.Add(Name, context => new Connector(this, context.Node.Name));
    }

    private sealed class Dialer : IDialer
    {
        public ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken) => new(new ScriptedStream());
    }

    private sealed class Connector(FarEnd farEnd, string node) : IConnector
    {
        public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken) =>
            throw new NotSupportedException("this double binds: it connects to nothing");

        public ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken) =>
            throw new NotSupportedException("this double binds: it associates nothing");

        public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
        {
            Attempt attempt = new(node, request);
            farEnd._attempts.Writer.TryWrite(attempt);
            return await attempt.AnswerAsync(cancellationToken);
        }
    }

    /// <summary>One bind that was asked for.</summary>
    internal sealed class Attempt(string node, BindRequest request)
    {
        private readonly TaskCompletionSource<IListener> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Node => node;

        public BindRequest Request => request;

        /// <summary>The far end has bound.</summary>
        public FakeTunnel Bind(string address)
        {
            FakeTunnel tunnel = new(IPEndPoint.Parse(address));
            _answer.SetResult(tunnel);
            return tunnel;
        }

        /// <summary>The far end does not want to.</summary>
        public void Refuse(FlowException fault) => _answer.SetException(fault);

        public Task<IListener> AnswerAsync(CancellationToken cancellationToken) => _answer.Task.WaitAsync(cancellationToken);
    }
}
