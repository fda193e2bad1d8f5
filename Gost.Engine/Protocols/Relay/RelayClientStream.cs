using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Relay;

/// <summary>
/// The client's end of a connect: the response is read with the first read, because a far end may keep it until the target has spoken; what is written
/// never waits for it. A refusal is a <see cref="FlowException"/> of the reads. Source: spec/wire/relay.md section 4.1.
/// </summary>
/// <remarks>Owns the inner stream. Once the response has come everything is passed through.</remarks>
internal sealed class RelayClientStream(DuplexStream inner, Target to, string node, TimeProvider time) : DuplexStream, ILateAnswer
{
    // Refusals come at once; who has not refused by then keeps its consent for the target's first data.
    private static readonly TimeSpan ConfirmTime = TimeSpan.FromSeconds(1);

    private RelayMessageReader? _response = new();
    private Func<FlowException, FlowException>? _blame;
    private FlowException? _refusal;

    /// <inheritdoc/>
    public Func<FlowException, FlowException>? Blame
    {
        set => _blame = value;
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out SocketStream? socket)
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

    /// <inheritdoc/>
    public async ValueTask ConfirmAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(ConfirmTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            if (inner is HeldHeaderStream held)
            {
                await held.SendHeaderAsync(cancellationToken);
            }

            await AnswerAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Not refused.
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // A target that ends without a byte: GOST closes then, and the response that it kept is never sent.
        return await AnswerAsync(cancellationToken) ? await inner.ReadAsync(buffer, cancellationToken) : 0;
    }

    /// <summary>Reads the response unless it has been; false = the stream ended before it.</summary>
    private async ValueTask<bool> AnswerAsync(CancellationToken cancellationToken)
    {
        if (_refusal is not null)
        {
            throw _refusal;
        }

        if (_response is not { } response)
        {
            return true;
        }

        try
        {
            if (!await response.ReadAsync(inner, cancellationToken))
            {
                return false;
            }

            if (response.Code != (byte)RelayStatus.Ok)
            {
                throw RelayRefusal.OfConnect((RelayStatus)response.Code, to, node);
            }

            _ = response.Features(isUdp: false);
        }
        catch (FlowException e)
        {
            _refusal = _blame?.Invoke(e) ?? e;
            throw _refusal;
        }

        _blame = null;
        Volatile.Write(ref _response, null);
        return true;
    }
}
