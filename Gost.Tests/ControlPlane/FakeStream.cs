using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Tests.ControlPlane;

/// <summary>A stream that carries nothing: it is served until it is ended or aborted.</summary>
internal sealed class FakeStream : DuplexStream
{
    public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the flow's owner disposed it.</summary>
    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What its handler throws when it ends.</summary>
    public Exception? Fault { get; set; }

    public bool Aborted { get; private set; }

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => null;

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override void Abort(Exception? reason = null)
    {
        Aborted = true;
        Ended.TrySetResult();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    protected override void Dispose(bool disposing)
    {
        Disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
