using System.Net;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Gost.Ssh;
using Gost.Ssh.Channels;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>
/// A listener at an SSH server: its connections come as channels of the shared connection. What the connector <c>sshd</c> answers to a bind. Disposing gives
/// the address back. Source: spec/wire/remote-forwarding.md section 4.
/// </summary>
internal sealed class SshdTunnel : ITunnel
{
    /// <summary>Connections that may wait; more are refused.</summary>
    private const int Backlog = 128;

    // A server that is gone without a word would keep the address dead for ever; this many seconds, then it is asked.
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(30);

    private readonly SshdClient _client;
    private readonly Channel<(SshChannelOpening Opening, SshTcpIpChannel Channel)> _waiting;
    private int _live;
    private int _isShort;
    private int _disposed;

    /// <summary>A listener that stands; keeps the connection.</summary>
    public SshdTunnel(SshdClient client, string host, int port)
    {
        (_client, Host, Port) = (client, host, port);
        _waiting = System.Threading.Channels.Channel.CreateBounded<(SshChannelOpening, SshTcpIpChannel)>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
        client.Use();
    }

    /// <summary>The address as it was asked for.</summary>
    public string Host { get; }

    /// <summary>The port that the server took.</summary>
    public int Port { get; }

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => SshPeers.EndPointOf(Host, Port, new DnsEndPoint(Host, Port));

    /// <inheritdoc/>
    public int LiveFlows => Volatile.Read(ref _live);

    /// <summary>Nothing: the server has bound already.</summary>
    public ValueTask BindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A connection that the server hands over; false = too many wait.</summary>
    public bool TryOffer(SshChannelOpening opening, SshTcpIpChannel channel) => _waiting.Writer.TryWrite((opening, channel));

    /// <summary>Runs until stopped; throws <see cref="FlowException"/> (accept) when the connection has ended.</summary>
    public async Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        var ended = _client.WhenEndedAsync();
        await using var asking = _client.Engine.Time.CreateTimer(static x => ((SshdClient)x!).Probe(), _client, AskEvery, AskEvery);
        try
        {
            var more = _waiting.Reader.WaitToReadAsync(stopping).AsTask();
            while (await Task.WhenAny(more, ended) == more && await more)
            {
                while (_waiting.Reader.TryRead(out var waiting))
                {
                    await AcceptAsync(waiting.Opening, waiting.Channel, sink);
                }

                more = _waiting.Reader.WaitToReadAsync(stopping).AsTask();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        throw new FlowException(FlowLayer.Accept, FlowError.Failed, $"the tunnel broke: {(ended.IsCompleted ? await ended : "it was given back")}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _client.CancelAsync(this);
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var waiting))
        {
            await waiting.Opening.RejectAsync(SshOpenRefusal.AdministrativelyProhibited, "the listener was closed");
        }

        _client.Release();
    }

    private async ValueTask AcceptAsync(SshChannelOpening opening, SshTcpIpChannel channel, IInboundSink sink)
    {
        if (!HasRoom(sink) || _client.Engine.Descriptors.TryAdmit() is not { } ticket)
        {
            await opening.RejectAsync(SshOpenRefusal.ResourceShortage, "too many open files");
            return;
        }

        var peer = SshPeers.EndPointOf(channel.OriginHost, channel.OriginPort, new IPEndPoint(IPAddress.Any, 0));
        Interlocked.Increment(ref _live);
        SshChannelStream stream = new(opening.Accept(), _client.Local, peer, _client.Engine.Time, closed: () => Interlocked.Decrement(ref _live));
        if (!sink.TryAccept(new Inbound(stream, peer, peer, LocalEndPoint) { Ticket = ticket }))
        {
            ticket.Settle();
            await stream.DisposeAsync();
        }
    }

    /// <summary>Whether the way to a target can be opened; says so in the status when it cannot, and when it can again.</summary>
    private bool HasRoom(IInboundSink sink)
    {
        var room = _client.Engine.Descriptors.HasRoom(1);
        if (Interlocked.Exchange(ref _isShort, room ? 0 : 1) is var before && (before == 0) != room)
        {
            sink.ReportFault(room ? null : _client.Engine.Descriptors.CreateFault());
        }

        return room;
    }
}
