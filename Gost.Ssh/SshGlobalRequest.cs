using Gost.Ssh.Channels;

namespace Gost.Ssh;

/// <summary>A request of the peer about the connection as a whole, such as <c>tcpip-forward</c>. Source: RFC 4254 section 4.</summary>
public sealed class SshGlobalRequest
{
    private readonly IncomingRequests _requests;

    internal SshGlobalRequest(IncomingRequests requests, string name, ReadOnlyMemory<byte> data, bool wantReply) =>
        (_requests, Name, Data, WantReply) = (requests, name, data, wantReply);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What belongs to the name; see <see cref="ForwardMessages"/>.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Whether the peer waits for an answer; where it does not, <see cref="ReplyAsync"/> does nothing.</summary>
    public bool WantReply { get; }

    /// <summary>What was answered, the whole message; null while it was not. Guarded by the list of requests.</summary>
    internal byte[]? Answer { get; set; }

    /// <summary>Answers, once. Answers leave in the order in which the requests came, so an earlier request that waits holds back later ones.</summary>
    public ValueTask ReplyAsync(bool ok, ReadOnlyMemory<byte> data = default)
    {
        _requests.Reply(this, ok, data.Span);
        return ValueTask.CompletedTask;
    }
}
