using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Remote;

/// <summary>A stream of smux for each connection, over the stream on which the client asked. Borrows that, but ends it.</summary>
internal sealed class SmuxBindCarrier(DuplexStream tunnel, SmuxOptions mux, IBindReplies replies, EngineServices engine) : IBindCarrier
{
    /// <summary>Without keepalive frames nothing tells a quiet client from a lost one; this long without a word lets it lose its address to itself.</summary>
    public static readonly TimeSpan SilenceWithoutKeepAlive = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KeepAliveGrace = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _silence = mux.KeepAliveInterval > TimeSpan.Zero ? mux.KeepAliveInterval + KeepAliveGrace : SilenceWithoutKeepAlive;
    private SmuxSession? _session;

    /// <inheritdoc/>
    public Task Ended => Session.Completion;

    /// <summary>Never: the protocols over smux end a bind with its tunnel.</summary>
    public Task Cancelled { get; } = new TaskCompletionSource().Task;

    /// <inheritdoc/>
    public bool IsSilent => engine.Time.GetElapsedTime(Session.LastReceived) > _silence;

    private SmuxSession Session => _session ?? throw new InvalidOperationException("the bind was not started");

    /// <inheritdoc/>
    public async ValueTask StartAsync(IPEndPoint bound, CancellationToken cancellationToken)
    {
        await ReplyAsync(tunnel, replies.Bound(bound), cancellationToken);
        _session = SmuxSession.Start(tunnel, mux, isClient: true, engine, accepts: false);
    }

    /// <inheritdoc/>
    public ValueTask RefuseAsync(FlowException reason, CancellationToken cancellationToken) => RefuseAsync(tunnel, replies.Refused(reason), cancellationToken);

    /// <inheritdoc/>
    public void Freed()
    {
    }

    /// <inheritdoc/>
    public void End() => tunnel.Abort();

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> OpenAsync(EndPoint peer, CancellationToken cancellationToken)
    {
        var stream = await Session.OpenStreamAsync(cancellationToken);
        var greeting = replies.Greeting(peer);
        if (greeting.IsEmpty)
        {
            return stream;
        }

        try
        {
            // In a write of its own: GOST throws away what follows the greeting in the same frame (socks5.md section 11).
            await stream.WriteAsync(greeting, cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Writes the reply to a bind that stands.</summary>
    public static async ValueTask ReplyAsync(DuplexStream tunnel, ReadOnlyMemory<byte> reply, CancellationToken cancellationToken)
    {
        try
        {
            await tunnel.WriteAsync(reply, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            throw new FlowException(FlowLayer.Bind, FlowError.Stopped, $"the client left before it was told that the address is bound: {e.Message}", e);
        }
    }

    /// <summary>Writes the reply to a bind that failed, and ends the writing.</summary>
    public static async ValueTask RefuseAsync(DuplexStream tunnel, ReadOnlyMemory<byte> reply, CancellationToken cancellationToken)
    {
        try
        {
            if (!reply.IsEmpty)
            {
                await tunnel.WriteAsync(reply, cancellationToken);
            }

            await tunnel.CompleteWritesAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or FlowException)
        {
            // The client has left already; what is thrown to the service is why it was refused.
        }
    }
}
