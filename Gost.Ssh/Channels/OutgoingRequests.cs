using Gost.Ssh.Messages;
using Gost.Ssh.Transport;

namespace Gost.Ssh.Channels;

/// <summary>Our requests about the connection; the peer answers them in the order in which they leave. Thread-safe. Source: RFC 4254 section 4.</summary>
internal sealed class OutgoingRequests(ControlQueue control) : IControlItem
{
    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _leaving = new();
    private readonly Queue<TaskCompletionSource<byte[]?>> _unanswered = new();
    private Exception? _ended;

    /// <summary>Asks the peer; null = it refuses. A wait that is cancelled leaves the request with the peer; its answer is dropped.</summary>
    public async Task<byte[]?> AskAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var payload = new SshWriter(MessageNumber.GlobalRequest).WriteText(name).WriteBoolean(true).WriteBytes(data.Span).Written;
        TaskCompletionSource<byte[]?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_ended is not null)
            {
                throw new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, _ended.Message, _ended);
            }

            _leaving.Enqueue(payload);
            _unanswered.Enqueue(answer);
        }

        control.Add(this);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The peer has answered the oldest request; null = it refuses. Throws <see cref="SshException"/> when there is none.</summary>
    public void OnAnswer(byte[]? answer)
    {
        TaskCompletionSource<byte[]?>? oldest;
        lock (_gate)
        {
            _unanswered.TryDequeue(out oldest);
        }

        if (oldest is null)
        {
            throw new SshException(SshFailure.Protocol, SshDisconnectReason.ProtocolError, "the SSH peer answered a request that was not made");
        }

        oldest.TrySetResult(answer);
    }

    /// <summary>The connection is over: nothing is answered any more.</summary>
    public void End(Exception reason)
    {
        lock (_gate)
        {
            _ended ??= reason;
            while (_unanswered.TryDequeue(out var waiting))
            {
                waiting.TrySetException(new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, reason.Message, reason));
            }
        }
    }

    /// <inheritdoc/>
    async ValueTask IControlItem.SendAsync(IPacketTransport transport, byte[] scratch)
    {
        while (true)
        {
            ReadOnlyMemory<byte> payload;
            lock (_gate)
            {
                if (!_leaving.TryDequeue(out payload))
                {
                    return;
                }
            }

            await transport.SendAsync(payload, default, CancellationToken.None);
        }
    }
}
