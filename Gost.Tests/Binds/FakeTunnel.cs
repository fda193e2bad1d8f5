using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;

namespace Gost.Tests.Binds;

/// <summary>A tunnel whose flows and end are the test's.</summary>
internal sealed class FakeTunnel(IPEndPoint bound) : ITunnel
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IInboundSink> _sink = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EndPoint? LocalEndPoint => bound;

    public int LiveFlows { get; set; }

    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where flows go, once it runs.</summary>
    public Task<IInboundSink> Sink => _sink.Task;

    /// <summary>The connection to the far end is lost.</summary>
    public void Break() => _ended.TrySetException(new FlowException(FlowLayer.Accept, FlowError.Failed, "the tunnel broke: lost"));

    public ValueTask BindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        _sink.TrySetResult(sink);
        await using var registration = stopping.Register(() => _ended.TrySetResult());
        await _ended.Task;
    }

    public ValueTask DisposeAsync()
    {
        Disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
