using System.Net;
using System.Threading.Channels;
using Gost.Engine.Protocols.Quic;
using Gost.Tests.Testing;

namespace Gost.Tests.Protocols.Quic;

/// <summary>One end of a connection in memory. A stream is seen by the far end with its first byte or its end, not before.</summary>
internal sealed class FakeQuicLink : IQuicLink
{
    private readonly Channel<FakeQuicChannel> _arrivals = Channel.CreateUnbounded<FakeQuicChannel>();
    private readonly SemaphoreSlim _allowed;
    private readonly List<FakeQuicChannel> _channels = [];
    private FakeQuicLink _peer;
    private bool _isClosed;

    private FakeQuicLink(EndPoint local, EndPoint remote, int streams)
    {
        (LocalEndPoint, RemoteEndPoint, _allowed) = (local, remote, new SemaphoreSlim(streams));
        _peer = this;
    }

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    /// <summary>Whether this end was disposed.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    public static (FakeQuicLink Near, FakeQuicLink Far) Pair(EndPoint client, EndPoint server, int streams)
    {
        FakeQuicLink near = new(client, server, streams);
        FakeQuicLink far = new(server, client, streams) { _peer = near };
        near._peer = far;
        return (near, far);
    }

    public async ValueTask<IQuicChannel> OpenAsync(CancellationToken cancellationToken)
    {
        await _allowed.WaitAsync(cancellationToken);
        if (IsClosed)
        {
            throw new IOException("the connection is closed");
        }

        DuplexPair pair = new();
        FakeQuicChannel far = new(pair.Far, static () => { }, static () => { });
        FakeQuicChannel near = new(pair.Near, () => _peer._arrivals.Writer.TryWrite(far), () => _allowed.Release());
        lock (_channels)
        {
            _channels.Add(near);
            _channels.Add(far);
        }

        return near;
    }

    public async ValueTask<IQuicChannel?> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _arrivals.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException e) when (e.InnerException is null)
        {
            return null;
        }
        catch (ChannelClosedException e)
        {
            throw new IOException(e.InnerException!.Message, e);
        }
    }

    /// <summary>The connection breaks: both ends see it, streams fail.</summary>
    public void Break(string reason)
    {
        End(new IOException(reason));
        _peer.End(new IOException(reason));
    }

    public ValueTask DisposeAsync()
    {
        End(null);
        _peer.End(null);
        return ValueTask.CompletedTask;
    }

    private void End(IOException? reason)
    {
        Volatile.Write(ref _isClosed, true);
        _arrivals.Writer.TryComplete(reason);
        lock (_channels)
        {
            _channels.ForEach(static x => x.Abort());
        }
    }
}
