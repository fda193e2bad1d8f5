using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Relaying;
using Gost.Engine.Routing;
using Gost.Ssh;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>
/// Serves what clients of listener <c>sshd</c> ask for: ways to targets, through the service's chain, and listeners on this host.
/// Source: spec/wire/ssh.md sections 3 and 4.
/// </summary>
/// <remarks>GOST confirms a channel before it dials, so that its clients take every target for reachable; this one dials first.</remarks>
internal sealed class SshdHandler : IHandler
{
    private readonly TargetDialer _dialer;
    private readonly StreamRelay _relay;
    private readonly BindServer _binds;
    private readonly TimeSpan _idleTimeout;

    /// <summary>Reads the options.</summary>
    public SshdHandler(HandlerBuildContext context)
    {
        var idle = context.Metadata.GetTimeout(TimeSpan.Zero, "idleTimeout");
        _idleTimeout = idle > TimeSpan.Zero ? idle : TimeSpan.Zero;
        _dialer = TargetDialer.Build(context);
        _relay = new StreamRelay(context.Engine);
        _binds = new BindServer(context.Service.Name, context.Engine);
    }

    /// <inheritdoc/>
    public ValueTask HandleAsync(Inbound inbound, CancellationToken stopping) => inbound.Stream switch
    {
        SshdOpening opening => ConnectAsync(inbound, opening, stopping),
        SshdBind bind => _binds.ServeStreamsAsync(inbound, bind.Address, bind.User, bind, stopping),
        _ => throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "handler sshd needs listener sshd"),
    };

    private async ValueTask ConnectAsync(Inbound inbound, SshdOpening opening, CancellationToken stopping)
    {
        await using var target = await DialAsync(inbound, opening, stopping);
        if (opening.Accept() is not { } client)
        {
            return;
        }

        await _relay.RunAsync(inbound, client, target, _idleTimeout);
    }

    /// <summary>Opens the way, or tells the client why there is none.</summary>
    private async ValueTask<DuplexStream> DialAsync(Inbound inbound, SshdOpening opening, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, opening.Leaving);
        try
        {
            return await _dialer.DialAsync(inbound, opening.Target, either.Token);
        }
        catch (FlowException e)
        {
            await opening.RejectAsync(e.Error == FlowError.OutOfDescriptors ? SshOpenRefusal.ResourceShortage : SshOpenRefusal.ConnectFailed, TextOf(e));
            throw;
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new FlowException(FlowLayer.Connect, FlowError.Stopped, "the client left while its target was dialled", e);
        }
    }

    /// <summary>In the words that clients of OpenSSH are used to; what is inside of a chain is not told.</summary>
    private static string TextOf(FlowException failure) => failure.Error switch
    {
        _ when failure.InChain => "the way to the target failed",
        FlowError.Refused => "Connection refused",
        FlowError.Unreachable => "No route to host",
        FlowError.TimedOut => "Connection timed out",
        FlowError.Unresolved => "Name or service not known",
        FlowError.OutOfDescriptors => "Too many open files",
        _ => "the target was not reached",
    };
}
