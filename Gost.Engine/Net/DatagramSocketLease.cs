using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>One user's share of a bound UDP socket; disposing the last one closes the socket before the call returns.</summary>
internal sealed class DatagramSocketLease(DatagramSocketPool pool, string key, IUdpSocket shared) : IAsyncDisposable
{
    private UdpAttachment? _attachment;
    private int _disposed;

    /// <summary>The bound address.</summary>
    public EndPoint? LocalEndPoint => shared.LocalEndPoint;

    /// <summary>The lane of its datagrams.</summary>
    public DataLane Lane => shared.Lane;

    /// <summary>The sessions on the socket, those of other leases included.</summary>
    public UdpSessionTable Sessions => shared.Sessions;

    /// <summary>Takes over new sessions of the socket, without waiting.</summary>
    public void Attach(IInboundSink sink, UdpSessionOptions options)
    {
        _attachment = new UdpAttachment(sink, options);
        shared.Attach(_attachment);
    }

    /// <summary>Gives up new sessions unless another lease has taken over; none is offered any more when this returns.</summary>
    public void Detach()
    {
        if (_attachment is { } attachment)
        {
            shared.Detach(attachment);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Detach();
            await pool.ReleaseAsync(key);
        }
    }
}
