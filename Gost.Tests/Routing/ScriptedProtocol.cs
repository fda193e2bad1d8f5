using System.Collections.Concurrent;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;

namespace Gost.Tests.Routing;

/// <summary>
/// A transport and a protocol without a network: every address answers, unless it was told to fail or to keep silent. Notes what was asked.
/// </summary>
internal sealed class ScriptedProtocol : IProtocolModule
{
    public const string Name = "scripted";

    private readonly ConcurrentDictionary<string, FlowException> _failures = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _silent = [];

    /// <summary><c>dial X</c> and <c>connect X</c> in the order they came.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public ConcurrentQueue<ScriptedStream> Opened { get; } = [];

    /// <summary>Targets asked for since the start, in order.</summary>
    public IEnumerable<string> Targets => Asked.Where(x => x.StartsWith("connect ", StringComparison.Ordinal)).Select(x => x[8..]);

    /// <summary>What the connectors say of their datagrams.</summary>
    public bool DatagramsLeaveThisHost { get; set; }

    public void Fail(string what, FlowException exception) => _failures[what] = exception;

    public void Refuse(string target) => Fail("connect " + target, new FlowException(FlowLayer.Connect, FlowError.Refused, $"{target} refused"));

    public void Recover(string what)
    {
        _failures.TryRemove(what, out _);
        _silent.TryRemove(what, out _);
    }

    /// <summary>The address answers nothing; the task ends when it was asked.</summary>
    public Task Silence(string what) => _silent.GetOrAdd(what, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Dialers.Add(Name, _ => new Dialer(this));
        builder.Connectors.Add(Name, _ => new Connector(this));
    }

    private async ValueTask AnswerAsync(string what, CancellationToken cancellationToken)
    {
        Asked.Enqueue(what);
        if (_silent.TryGetValue(what, out var asked))
        {
            TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
            asked.TrySetResult();
            await never.Task;
        }

        if (_failures.TryGetValue(what, out var failure))
        {
            throw failure;
        }
    }

    private ScriptedStream Open()
    {
        ScriptedStream stream = new();
        Opened.Enqueue(stream);
        return stream;
    }

    private sealed class Dialer(ScriptedProtocol script) : IDialer
    {
        public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
        {
            var via = node.IsFirst ? null : await node.Open(cancellationToken);
            try
            {
                await script.AnswerAsync($"dial {node.Address}", cancellationToken);
                return via ?? script.Open();
            }
            catch
            {
                await (via?.DisposeAsync() ?? ValueTask.CompletedTask);
                throw;
            }
        }
    }

    private sealed class Connector(ScriptedProtocol script) : IConnector
    {
        public bool DatagramsLeaveThisHost => script.DatagramsLeaveThisHost;

        public async ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken)
        {
            try
            {
                await script.AnswerAsync($"connect {to}", cancellationToken);
                return via;
            }
            catch
            {
                await via.DisposeAsync();
                throw;
            }
        }

        public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
        {
            await via.DisposeAsync();
            throw new FlowException(FlowLayer.Associate, FlowError.Unsupported, "no datagrams");
        }

        public ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException("the script answers dials and connects: it binds nothing at the far end");
    }
}
