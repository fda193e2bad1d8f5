using System.Threading.Channels;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;

namespace Gost.Ssh.Channels;

/// <summary>
/// The peer's requests about the connection: signs of life are answered here, the others wait for the application. Answers leave in the order of the
/// requests, whoever gives them. Thread-safe. Source: RFC 4254 section 4.
/// </summary>
internal sealed class IncomingRequests(ControlQueue control, int backlog) : IControlItem
{
    // One that asks and asks while the application is slow to answer is not to fill memory.
    private const int MostUnanswered = 1024;

    private static readonly byte[] Pong = [MessageNumber.RequestSuccess, .. "pong"u8];

    private readonly Lock _gate = new();
    private readonly Queue<SshGlobalRequest> _unanswered = new();
    private readonly Queue<byte[]> _leaving = new();
    private readonly Channel<SshGlobalRequest> _waiting =
        Channel.CreateBounded<SshGlobalRequest>(new BoundedChannelOptions(Math.Max(1, backlog)) { SingleReader = false, SingleWriter = true });

    /// <summary>Requests that wait for the application; completes when the connection ends.</summary>
    public ChannelReader<SshGlobalRequest> Waiting => _waiting.Reader;

    /// <summary>Takes a request from the peer. Throws <see cref="SshException"/> when too many were not answered.</summary>
    public void Offer(string name, ReadOnlySpan<byte> data, bool wantReply)
    {
        SshGlobalRequest request = new(this, name, data.ToArray(), wantReply);
        if (wantReply)
        {
            lock (_gate)
            {
                if (_unanswered.Count >= MostUnanswered)
                {
                    throw new SshException(
                        SshFailure.Protocol, SshDisconnectReason.TooManyConnections, "the SSH peer has too many requests that wait for an answer");
                }

                _unanswered.Enqueue(request);
            }
        }

        switch (name)
        {
            // What GOST asks for a sign of life, and what OpenSSH does. Source: spec/wire/ssh.md section 2.
            case "ping":
                Answer(request, Pong);
                break;
            case "keepalive@openssh.com":
                Reply(request, ok: true, []);
                break;

            // Nobody opens sessions here, and which other keys a server has is not our matter.
            case "no-more-sessions@openssh.com" or "hostkeys-00@openssh.com" when !wantReply:
                break;
            default:
                if (backlog == 0 || !_waiting.Writer.TryWrite(request))
                {
                    Reply(request, ok: false, []);
                }

                break;
        }
    }

    /// <summary>Answers a request; it leaves when those before it have been answered. Throws when it was answered before.</summary>
    public void Reply(SshGlobalRequest request, bool ok, ReadOnlySpan<byte> data)
    {
        if (request.WantReply)
        {
            Answer(request, ok ? [MessageNumber.RequestSuccess, .. data] : [MessageNumber.RequestFailure]);
        }
    }

    /// <summary>Nothing more comes in.</summary>
    public void End() => _waiting.Writer.TryComplete();

    private void Answer(SshGlobalRequest request, byte[] answer)
    {
        if (!request.WantReply)
        {
            return;
        }

        lock (_gate)
        {
            if (request.Answer is not null)
            {
                throw new InvalidOperationException("the request has been answered");
            }

            request.Answer = answer;
            while (_unanswered.TryPeek(out var first) && first.Answer is { } due)
            {
                _unanswered.Dequeue();
                _leaving.Enqueue(due);
            }
        }

        control.Add(this);
    }

    /// <inheritdoc/>
    async ValueTask IControlItem.SendAsync(IPacketTransport transport, byte[] scratch)
    {
        while (true)
        {
            byte[]? answer;
            lock (_gate)
            {
                if (!_leaving.TryDequeue(out answer))
                {
                    return;
                }
            }

            await transport.SendAsync(answer, default, CancellationToken.None);
        }
    }
}
