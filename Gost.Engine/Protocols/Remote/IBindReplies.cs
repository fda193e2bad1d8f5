using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Remote;

/// <summary>What a protocol says about a bind: replies on the tunnel, and the message that begins each stream of an accepted connection.</summary>
internal interface IBindReplies
{
    /// <summary>The reply to a bind that stands at <paramref name="bound"/>.</summary>
    ReadOnlyMemory<byte> Bound(EndPoint bound);

    /// <summary>The reply to a bind that failed; empty = the tunnel is closed without one.</summary>
    ReadOnlyMemory<byte> Refused(FlowException reason);

    /// <summary>What the stream of a connection from <paramref name="peer"/> begins with; empty = nothing.</summary>
    ReadOnlyMemory<byte> Greeting(EndPoint peer);
}
