using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;
using Gost.Ssh;
using Gost.Ssh.Channels;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>Dialer <c>sshd</c>: ways to targets from an SSH server, and listeners there. Source: spec/wire/ssh.md sections 3 and 4.</summary>
internal sealed class SshdClient(SshConnection connection, Target node, EndPoint? local, EndPoint? remote, EngineServices engine)
    : SshClientSession(connection, node, local, remote, engine)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly List<SshdTunnel> _binds = [];

    // One request at a time, so that a connection that comes in before its answer is read waits for it.
    private readonly SemaphoreSlim _asking = new(1, 1);

    /// <inheritdoc/>
    public override ValueTask<DuplexStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return CanOpen
            ? new ValueTask<DuplexStream>(new SshHandle(this))
            : throw new FlowException(FlowLayer.Handshake, FlowError.Failed, "the SSH connection has ended", Fault);
    }

    /// <summary>Opens a way to a target. Throws <see cref="FlowException"/> (connect) with the server's reason; the connection and its other channels live on.</summary>
    public async ValueTask<DuplexStream> ConnectAsync(Target to, CancellationToken cancellationToken)
    {
        var isUnix = to.Network == TargetNetwork.Unix;
        var message = isUnix
            ? ForwardMessages.WriteDirectStreamLocal(to.Host)
            : ForwardMessages.WriteTcpIp(new SshTcpIpChannel(to.Host, (ushort)to.Port, "0.0.0.0", 0));
        try
        {
            var channel = await OpenChannelAsync(isUnix ? ForwardMessages.DirectStreamLocal : ForwardMessages.DirectTcpIp, message, cancellationToken);
            return new SshChannelStream(channel, Local, Remote, Engine.Time);
        }
        catch (SshException e)
        {
            throw new FlowException(FlowLayer.Connect, ErrorOf(e.Refusal), $"the SSH server does not reach {to}: {e.Message}", e) { Node = Node.ToString() };
        }
    }

    /// <summary>Asks for a listener. Throws <see cref="FlowException"/> (bind).</summary>
    public async ValueTask<SshdTunnel> BindAsync(Target address, CancellationToken cancellationToken)
    {
        // GOST sends this where there is no host; OpenSSH takes both for every address, where it allows more than loopback.
        var host = address.Host.Length > 0 ? address.Host : IPAddress.Any.ToString();
        var answer = await RequestAsync(ForwardMessages.TcpIpForward, ForwardMessages.WriteBind(host, (ushort)address.Port), cancellationToken);
        try
        {
            if (answer is null)
            {
                throw new FlowException(
                    FlowLayer.Bind, FlowError.Failed, $"the SSH server does not listen on {address}: is the port taken there, or does it not allow forwarding?");
            }

            var port = address.Port > 0 ? address.Port : ReadPort(answer);
            SshdTunnel tunnel = new(this, host, port);
            lock (_gate)
            {
                _binds.Add(tunnel);
            }

            return tunnel;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Gives a listener back; connections over it live on.</summary>
    public async ValueTask CancelAsync(SshdTunnel tunnel)
    {
        lock (_gate)
        {
            _binds.Remove(tunnel);
        }

        if (!Connection.IsOpen)
        {
            return;
        }

        using CancellationTokenSource timer = new(AnswerTime, Engine.Time);
        try
        {
            var message = ForwardMessages.WriteBind(tunnel.Host, (ushort)tunnel.Port);
            await RequestAsync(ForwardMessages.CancelTcpIpForward, message, timer.Token);
            _asking.Release();
        }
        catch (Exception e) when (e is FlowException or OperationCanceledException)
        {
            // The listener ends with the connection.
        }
    }

    /// <summary>Ends when the connection has; gives the reason.</summary>
    public async Task<string> WhenEndedAsync()
    {
        await Completion;
        return Fault?.Message ?? "the far end closed it";
    }

    /// <inheritdoc/>
    protected override async ValueTask OnChannelAsync(SshChannelOpening opening, CancellationToken closing)
    {
        if (opening.Type != ForwardMessages.ForwardedTcpIp)
        {
            await base.OnChannelAsync(opening, closing);
            return;
        }

        var channel = ForwardMessages.ReadTcpIp(opening.Data);
        if (Find(channel) is not { } tunnel)
        {
            await _asking.WaitAsync(closing);
            _asking.Release();
            if ((tunnel = Find(channel)) is null)
            {
                await RefuseAsync(opening, SshOpenRefusal.AdministrativelyProhibited, $"{channel.Host}:{channel.Port} was not asked for");
                return;
            }
        }

        if (!tunnel.TryOffer(opening, channel))
        {
            await RefuseAsync(opening, SshOpenRefusal.ResourceShortage, "too many connections wait");
        }
    }

    private static FlowError ErrorOf(SshOpenRefusal? refusal) => refusal switch
    {
        SshOpenRefusal.AdministrativelyProhibited => FlowError.NotPermitted,
        SshOpenRefusal.UnknownChannelType => FlowError.Unsupported,
        SshOpenRefusal.ConnectFailed => FlowError.Unreachable,
        _ => FlowError.Failed,
    };

    private static int ReadPort(byte[] answer)
    {
        try
        {
            if (ForwardMessages.ReadBoundPort(answer) is { } port && port > 0)
            {
                return port;
            }
        }
        catch (SshException)
        {
            // Told below.
        }

        throw new FlowException(FlowLayer.Bind, FlowError.Failed, "the SSH server does not tell which port it took");
    }

    /// <summary>By address and port as they were asked for; servers that tell another address are known by the port alone.</summary>
    private SshdTunnel? Find(SshTcpIpChannel channel)
    {
        lock (_gate)
        {
            return _binds.Find(x => x.Port == channel.Port && x.Host == channel.Host)
                ?? (_binds.FindAll(x => x.Port == channel.Port) is [var only] ? only : null);
        }
    }

    /// <summary>One request and its answer; null = refused. On success <see cref="_asking"/> is held, and the caller's to release.</summary>
    private async ValueTask<byte[]?> RequestAsync(string name, byte[] data, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            return await Connection.RequestAsync(name, data, cancellationToken);
        }
        catch (Exception e)
        {
            _asking.Release();
            if (e is OperationCanceledException)
            {
                Probe();
            }

            throw e is SshException or IOException or ObjectDisposedException
                ? new FlowException(FlowLayer.Handshake, FlowError.Failed, $"the SSH connection has ended: {e.Message}", e)
                : e;
        }
    }
}
