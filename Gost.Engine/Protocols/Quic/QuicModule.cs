using System.Net;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Quic.MsQuic;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Quic;

/// <summary>
/// Registers the listener and dialer <c>quic</c>. Without the native library both are refused, at validation, with what mends it. Source:
/// spec/wire/transports.md section 8.
/// </summary>
internal sealed class QuicModule : IProtocolModule
{
    private readonly IQuicStack _stack;
    private readonly QuicPorts _ports;

    /// <summary>Over the system's library.</summary>
    public QuicModule()
        : this(CreateStack())
    {
    }

    /// <summary>Over what speaks QUIC.</summary>
    public QuicModule(IQuicStack stack) => (_stack, _ports) = (stack, new QuicPorts(stack));

    /// <summary>What speaks QUIC on this system.</summary>
    public static IQuicStack CreateStack() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows() ? new MsQuicStack() : new AbsentQuicStack();

    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("quic", BuildListener, ActingMembers.Tls);
        builder.Dialers.Add("quic", BuildDialer, ActingMembers.Tls);
    }

    private static string TypePointer(MetadataReader metadata) => metadata.Pointer[..metadata.Pointer.LastIndexOf('/')] + "/type";

    private QuicInboundListener BuildListener(ListenerBuildContext context)
    {
        var obstacle = _stack.FindObstacle(context.Engine.Options.QuicLibrary);
        if (obstacle is not null)
        {
            context.Metadata.Findings.Add(new Finding(TypePointer(context.Metadata), obstacle));
        }

        return new QuicInboundListener(context, _ports, obstacle);
    }

    private SessionDialer BuildDialer(DialerBuildContext context)
    {
        if (_stack.FindObstacle(context.Engine.Options.QuicLibrary) is { } obstacle)
        {
            context.Metadata.Findings.Add(new Finding(TypePointer(context.Metadata), obstacle));
        }

        var settings = TlsClientSettings.Build(
            context.Dialer.Tls, context.Node, TlsServerTransport.PointerBeside(context.Metadata), context.Engine, context.Metadata.Findings);
        QuicConnections connections = new(
            _stack,
            QuicTls.OfClient(settings),
            QuicOptions.Bind(context.Metadata),
            SocketDialer.ForNode(context.Node, context.NodeMetadata, context.Engine),
            SourceOf(context),
            context.Engine);
        return new SessionDialer(connections.ConnectAsync, context.Engine);
    }

    /// <summary>The address to send from. What else a node's sockets are bound to cannot be set on the library's: such a node is refused rather than reached otherwise.</summary>
    private static IPAddress? SourceOf(DialerBuildContext context)
    {
        var outgoing = OutgoingOptions.Bind(context.NodeMetadata, "", 0);
        if (outgoing.Mark != 0 || outgoing.Netns.Length > 0 || outgoing.Interfaces.Any(static x => x.Kind != OutgoingInterfaceKind.Address)
            || outgoing.Interfaces.Count > 1)
        {
            context.Metadata.Findings.Add(new Finding(
                TypePointer(context.Metadata),
                "a quic node cannot have so_mark, netns or an interface other than one IP address: its library opens the socket. Use another dialer for it"));
        }

        return outgoing.Interfaces is [{ Address: { } address }, ..] ? address : null;
    }
}
