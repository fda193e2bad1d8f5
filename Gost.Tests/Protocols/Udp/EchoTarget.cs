using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gost.Tests.Protocols.Udp;

/// <summary>A UDP target that answers every datagram with its name and the datagram, and remembers who asked.</summary>
internal sealed class EchoTarget : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Task _serving;
    private readonly byte[] _prefix;
    private readonly int _replies;

    public EchoTarget(string name = "", int replies = 1)
    {
        (_prefix, _replies) = (Encoding.ASCII.GetBytes(name), replies);
        _socket.ReceiveBufferSize = 1 << 20;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = ServeAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public HashSet<int> ClientPorts { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[65_536];
        _prefix.CopyTo(buffer, 0);
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveFromAsync(buffer.AsMemory(_prefix.Length), SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                lock (ClientPorts)
                {
                    ClientPorts.Add(((IPEndPoint)got.RemoteEndPoint).Port);
                }

                for (var i = 0; i < _replies; i++)
                {
                    await _socket.SendToAsync(buffer.AsMemory(0, _prefix.Length + got.ReceivedBytes), SocketFlags.None, got.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Disposed.
        }
    }
}
