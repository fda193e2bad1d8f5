using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Gost.Ssh;
using Gost.Ssh.Channels;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>
/// Listener <c>sshd</c>: each way to a target and each listener that the client asks for is a flow of its own, which the handler answers.
/// Source: spec/wire/ssh.md sections 3 and 4.
/// </summary>
internal sealed class SshdSession(SshLogin login, IInboundSink sink, SshLoginRules rules, EngineServices engine) : SshServerSession(login, sink, rules, engine)
{
    private const string OnlyForwards = "this server only forwards: no shell, no commands, no files";

    private readonly SshdBinds _binds = new(login.Connection, engine.Time);

    /// <inheritdoc/>
    protected override ValueTask OnChannelAsync(SshChannelOpening opening, CancellationToken closing) => opening.Type switch
    {
        ForwardMessages.DirectTcpIp => OpenAsync(opening, TcpTarget(opening), closing),
        ForwardMessages.DirectStreamLocal => OpenAsync(opening, new Target(TargetNetwork.Unix, ForwardMessages.ReadDirectStreamLocal(opening.Data), 0), closing),
        "session" => opening.RejectAsync(SshOpenRefusal.AdministrativelyProhibited, OnlyForwards),
        _ => opening.RejectAsync(SshOpenRefusal.UnknownChannelType, OnlyForwards),
    };

    /// <inheritdoc/>
    protected override async ValueTask OnRequestAsync(SshGlobalRequest request, CancellationToken closing)
    {
        switch (request.Name)
        {
            case ForwardMessages.TcpIpForward:
                await BindAsync(request, closing);
                break;
            case ForwardMessages.CancelTcpIpForward:
                var (host, port) = ForwardMessages.ReadBind(request.Data);
                await request.ReplyAsync(await _binds.CancelAsync(host, port));
                break;
            default:
                await request.ReplyAsync(false);
                break;
        }
    }

    /// <inheritdoc/>
    protected override ValueTask EndAsync() => _binds.DisposeAsync();

    private static Target TcpTarget(SshChannelOpening opening)
    {
        var asked = ForwardMessages.ReadTcpIp(opening.Data);

        // What GOST's client sends where it has no address. Source: spec/wire/ssh.md section 3.
        return new Target(TargetNetwork.Tcp, asked.Host == "<nil>" ? "" : asked.Host, asked.Port);
    }

    private async ValueTask OpenAsync(SshChannelOpening opening, Target target, CancellationToken closing)
    {
        if (Refusal(target) is { } reason)
        {
            await opening.RejectAsync(SshOpenRefusal.AdministrativelyProhibited, reason);
            return;
        }

        SshdOpening flow = new(opening, target, Login.Inbound.Local, Client, Engine.Time, Ending);
        if (!await OfferAsync(ticket => new Inbound(flow, Client, Login.Inbound.Peer, Login.Inbound.Local) { Ticket = ticket }, closing))
        {
            await flow.RejectAsync(SshOpenRefusal.AdministrativelyProhibited, "the service takes no connections now");
        }
    }

    private async ValueTask BindAsync(SshGlobalRequest request, CancellationToken closing)
    {
        var (host, port) = ForwardMessages.ReadBind(request.Data);
        if (!Login.Grant.MayListen(host, port))
        {
            await request.ReplyAsync(false);
            return;
        }

        SshdBind flow = new(request, host, port, Connection, _binds, Login.Inbound.Local, Client, Engine.Time);
        _binds.Add(flow);
        if (!await OfferAsync(ticket => new Inbound(flow, Client, Login.Inbound.Peer, Login.Inbound.Local) { Ticket = ticket }, closing))
        {
            await flow.DisposeAsync();
        }
    }

    private string? Refusal(Target target)
    {
        if (target.Network == TargetNetwork.Unix)
        {
            return !Login.IsProven ? "sockets of the file system are not opened for clients that proved nothing"
                : Login.Grant.MayOpenSockets ? null
                : "this key may not open sockets of the file system";
        }

        return target.Port == 0 ? "the target has no port" : Login.Grant.MayOpen(target.Host, target.Port) ? null : "this key may not reach that target";
    }
}
