using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>
/// What the dialer <c>sshd</c> gives: the shared connection, which the connector <c>sshd</c> asks for channels. As a stream it is at its end at once. The
/// connection is kept until this is disposed.
/// </summary>
internal sealed class SshHandle : DuplexStream
{
    private int _released;

    /// <summary>Keeps the connection.</summary>
    public SshHandle(SshdClient client)
    {
        Client = client;
        client.Use();
    }

    /// <summary>The connection.</summary>
    public SshdClient Client { get; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => Client.Local;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => Client.Remote;

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => Release();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new IOException("dialer sshd needs connector sshd");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Release();
        }

        base.Dispose(disposing);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Client.Release();
        }
    }
}
