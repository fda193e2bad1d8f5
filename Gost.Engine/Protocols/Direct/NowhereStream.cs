using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Direct;

/// <summary>A stream that leads nowhere: at its end at once, and what is written is lost.</summary>
internal sealed class NowhereStream(ISocketDialer sockets) : DuplexStream
{
    /// <summary>What a direct connector opens the way to the target with.</summary>
    public ISocketDialer Sockets { get; } = sockets;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => null;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => null;

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
