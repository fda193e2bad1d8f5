using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Tests.Routing;

/// <summary>A stream of which only matters whether it was closed.</summary>
internal sealed class ScriptedStream : DuplexStream
{
    public bool IsDisposed { get; private set; }

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => null;

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override void Abort(Exception? reason = null) => IsDisposed = true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
