using Gost.Engine.Abstractions;

namespace Gost.Engine.Catalog;

/// <summary>
/// A transport that turns a raw stream into another: registered once, it gives the listener and dialer <paramref name="Name"/>, and, with smux over it,
/// the listener and dialer <paramref name="MuxName"/>. Source: spec/wire/transports.md, spec/wire/mux.md section 7.
/// </summary>
/// <param name="Name">Type name; empty = only the multiplexed form is registered (plain tcp has a listener and dialer of its own).</param>
/// <param name="MuxName">Type name with smux over it.</param>
/// <param name="MuxVersion">Version of smux that is spoken when <c>mux.version</c> is absent: 2 for mtcp, else 1.</param>
/// <param name="Server">Builds the accepting end; null = raw streams as they are.</param>
/// <param name="Client">Builds the dialling end; null = raw streams as they are.</param>
internal sealed record StreamTransport(
    string Name,
    string MuxName,
    int MuxVersion,
    Func<ListenerBuildContext, IServerTransport>? Server,
    Func<DialerBuildContext, IClientTransport>? Client)
{
    /// <summary>The members beside the metadata that its listeners and dialers act on.</summary>
    public ActingMembers Acts { get; init; }
}
