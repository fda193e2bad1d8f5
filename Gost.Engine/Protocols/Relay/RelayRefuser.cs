using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Tells clients that they are refused, in a way that the answer reaches them. Source: spec/wire/relay.md sections 5 and 6.</summary>
internal sealed class RelayRefuser(TimeProvider time, BufferPool buffers, ILogger logger)
{
    private const int TakenAtMost = 256 * 1024;
    private const int ChunkSize = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Sends the status and gives the failure that the handler ends with.</summary>
    public async ValueTask<FlowException> RefuseAsync(
        Inbound inbound, RelayStatus status, FlowLayer layer, FlowError error, string reason, CancellationToken stopping)
    {
        await SendAsync(inbound, status, stopping);
        return new FlowException(layer, error, "relay: " + reason);
    }

    /// <summary>
    /// Sends the status, ends the writing, and takes for a moment what the client sends: closing a socket with unread data would reset the connection,
    /// and the client might never see the answer.
    /// </summary>
    public async ValueTask SendAsync(Inbound inbound, RelayStatus status, CancellationToken stopping)
    {
        RelayLog.Refused(logger, inbound.Id, inbound.Client, status);
        using CancellationTokenSource timer = new(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        var chunk = buffers.Rent(ChunkSize);
        try
        {
            if (inbound.Stream is { } client)
            {
                await client.WriteAsync(RelayMessages.Response(status), either.Token);
                await client.CompleteWritesAsync(either.Token);
                int count;
                for (var taken = 0; taken < TakenAtMost && (count = await client.ReadAsync(chunk, either.Token)) > 0; taken += count)
                {
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException || RelayMessageReader.IsBroken(e))
        {
            // Told as well as can be.
        }
        finally
        {
            buffers.Return(chunk);
        }
    }
}
