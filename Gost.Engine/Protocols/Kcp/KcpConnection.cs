using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Batches;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>The dialling end of a session: its datagrams, a socket's or those of the hops before, and the task that receives them, which ends with it.</summary>
internal sealed class KcpConnection
{
    private readonly IDatagramChannel _channel;
    private readonly Socket? _socket;
    private readonly BatchSocket? _batches;
    private readonly EngineServices _engine;
    private readonly CancellationToken _ended;
    private readonly KcpSession _session;
    private Task _running = Task.CompletedTask;

    private KcpConnection(IDatagramChannel channel, uint conversation, KcpTransport transport, EngineServices engine)
    {
        // Cancelled by the session's end, whenever and on whatever thread that is; it has no timer, so there is nothing to dispose.
        CancellationTokenSource ending = new();
        (_channel, _engine, _ended) = (channel, engine, ending.Token);
        EndPoint? local = null, remote = null;
        if (channel is SocketDatagramChannel own)
        {
            (_socket, local, remote) = (own.Socket, own.LocalEndPoint, own.RemoteEndPoint);
            transport.Prepare(_socket);
            _batches = BatchSocket.IsSupported ? new BatchSocket(_socket) : null;
        }

        IPacketOutput output = _batches is null ? new ChannelOutput(channel) : new BatchOutput(_socket!, _batches, null); // batches need a socket
        _session = new KcpSession(conversation, transport.Options, transport.CreateCodec(), output, engine, local, remote, _ => ending.Cancel());
    }

    /// <summary>Begins a conversation over the channel, which is taken over: it is closed when the session has ended.</summary>
    public static KcpSession Start(IDatagramChannel channel, uint conversation, KcpTransport transport, EngineServices engine)
    {
        KcpConnection connection = new(channel, conversation, transport, engine);
        connection._running = connection.RunAsync();
        connection._session.WayClosed = connection._running;
        return connection._session;
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                try
                {
                    await (_batches is null ? ReceiveFromChannelAsync() : ReceiveFromSocketAsync());
                }
                catch (SocketException e) when (SocketDatagramChannel.IsTransient(e.SocketErrorCode))
                {
                    if (e.SocketErrorCode == SocketError.ConnectionRefused)
                    {
                        _session.OnRefused();
                    }
                }
            }
        }
        catch (Exception e)
        {
            _session.End(_ended.IsCancellationRequested ? null : e);
        }
        finally
        {
            await _channel.DisposeAsync();
        }
    }

    private async Task ReceiveFromSocketAsync()
    {
        using DatagramReceiver receiver = new(_socket!, _batches, _engine.Buffers);
        while (!_ended.IsCancellationRequested)
        {
            var received = await receiver.ReceiveAsync(_ended);
            for (var run = 0; run < received.Count; run++)
            {
                Deliver(received.Run(run), received.Piece(run));
            }

            _session.EndBurst();
        }
    }

    private void Deliver(Span<byte> rest, int piece)
    {
        while (rest.Length > 0)
        {
            var datagram = rest[..Math.Min(piece, rest.Length)];
            _session.Receive(datagram);
            rest = rest[datagram.Length..];
        }
    }

    private async Task ReceiveFromChannelAsync()
    {
        while (await _channel.WaitToReceiveAsync(_ended))
        {
            var buffer = _engine.Buffers.Rent(DatagramSockets.MaxDatagram);
            try
            {
                if (await _channel.ReceiveAsync(buffer, _ended) is not { } datagram)
                {
                    break;
                }

                _session.Receive(buffer.AsSpan(0, datagram.Length));
            }
            finally
            {
                _engine.Buffers.Return(buffer);
            }

            _session.EndBurst();
        }

        throw new IOException("the way to the far end was closed");
    }
}
