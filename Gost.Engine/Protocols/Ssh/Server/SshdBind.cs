using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Remote;
using Gost.Ssh;
using Gost.Ssh.Channels;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>
/// A listener that a client of <c>sshd</c> asks for, as a flow that lasts as long as it; no bytes flow through itself. Carries what is accepted in channels
/// <c>forwarded-tcpip</c>. Any thread. Source: spec/wire/ssh.md section 4.
/// </summary>
internal sealed class SshdBind : DuplexStream, IBindCarrier
{
    private readonly SshGlobalRequest _request;
    private readonly string _host;
    private readonly ushort _port;
    private readonly SshConnection _connection;
    private readonly SshdBinds _binds;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _replied;
    private int _boundPort;

    /// <summary>A request that waits for its answer.</summary>
    public SshdBind(
        SshGlobalRequest request, string host, ushort port, SshConnection connection, SshdBinds binds, EndPoint? local, EndPoint client, TimeProvider time)
    {
        (_request, _host, _port, _connection, _binds, _time) = (request, host, port, connection, binds, time);
        (LocalEndPoint, RemoteEndPoint) = (local, client);
        Ended = Task.WhenAny(connection.Completion, _cut.Task);
    }

    /// <summary>The address to listen on.</summary>
    public Target Address => new(TargetNetwork.Tcp, _host, _port);

    /// <summary>The authenticated user.</summary>
    public string User => _connection.UserName;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; }

    /// <inheritdoc/>
    public Task Ended { get; }

    /// <inheritdoc/>
    public Task Cancelled => _cancelled.Task;

    /// <inheritdoc/>
    public bool IsSilent => _binds.IsSilent;

    /// <summary>Whether the client means this one: its address as it was asked for, with the port that it was told.</summary>
    public bool Matches(string host, int port) => host == _host && (port == Volatile.Read(ref _boundPort) || (port == _port && port != 0));

    /// <summary>The client wants no further connections; ends when the address is free.</summary>
    public Task CancelAsync()
    {
        _cancelled.TrySetResult();
        return _freed.Task;
    }

    /// <inheritdoc/>
    public ValueTask StartAsync(IPEndPoint bound, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _boundPort, bound.Port);
        _binds.Begin();

        // The port is told only where the client left it open. Source: RFC 4254 section 7.1.
        return ReplyAsync(true, _port == 0 ? ForwardMessages.WriteBoundPort((ushort)bound.Port) : default);
    }

    /// <inheritdoc/>
    public ValueTask RefuseAsync(FlowException reason, CancellationToken cancellationToken) => ReplyAsync(false, default);

    /// <inheritdoc/>
    public void Freed()
    {
        _binds.Remove(this);
        _freed.TrySetResult();
    }

    /// <inheritdoc/>
    public void End() => _cut.TrySetResult();

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> OpenAsync(EndPoint peer, CancellationToken cancellationToken)
    {
        var origin = peer as IPEndPoint ?? new IPEndPoint(IPAddress.Any, 0);
        var address = origin.Address.IsIPv4MappedToIPv6 ? origin.Address.MapToIPv4() : origin.Address;

        // The host just as the client wrote it, or it does not know the connection for its own. Source: spec/wire/ssh.md section 8.
        var message = ForwardMessages.WriteTcpIp(new SshTcpIpChannel(_host, (ushort)Volatile.Read(ref _boundPort), address.ToString(), (ushort)origin.Port));
        try
        {
            var channel = await _connection.OpenChannelAsync(ForwardMessages.ForwardedTcpIp, message, cancellationToken);
            return new SshChannelStream(channel, LocalEndPoint, RemoteEndPoint, _time);
        }
        catch (SshException e)
        {
            throw new FlowException(FlowLayer.Connect, FlowError.Refused, $"the client does not take the connection: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => End();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await ReplyAsync(false, default);
        End();
        Freed();
        await base.DisposeAsync();
    }

    private ValueTask ReplyAsync(bool ok, ReadOnlyMemory<byte> data) =>
        Interlocked.Exchange(ref _replied, 1) == 0 ? _request.ReplyAsync(ok, data) : ValueTask.CompletedTask;
}
