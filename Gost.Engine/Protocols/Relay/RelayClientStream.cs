using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Relay;

/// <summary>
/// The client's end of a connect: the response is read with the first read, because a far end may keep it until the target has spoken; what is written
/// never waits for it. A refusal is a <see cref="FlowException"/> of the reads. Source: spec/wire/relay.md section 4.1.
/// </summary>
/// <remarks>Owns the inner stream. Once the response has come everything is passed through.</remarks>
internal sealed class RelayClientStream(DuplexStream inner, Target to, string node) : DuplexStream
{
    private RelayMessageReader? _response = new();
    private FlowException? _refusal;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out Socket? socket)
    {
        socket = null;
        return Volatile.Read(ref _response) is null && inner.TryGetRawSocket(out socket);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _response is null && _refusal is null ? inner.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => inner.Abort(reason);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_refusal is not null)
        {
            throw _refusal;
        }

        if (_response is { } response)
        {
            // A target that ends without a byte: GOST closes then, and the response that it kept is never sent.
            if (!await response.ReadAsync(inner, cancellationToken))
            {
                return 0;
            }

            if (response.Code != (byte)RelayStatus.Ok)
            {
                _refusal = RelayRefusal.OfConnect((RelayStatus)response.Code, to, node);
                throw _refusal;
            }

            _ = response.Features(isUdp: false);
            Volatile.Write(ref _response, null);
        }

        return await inner.ReadAsync(buffer, cancellationToken);
    }
}
