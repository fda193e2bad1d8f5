using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gost.Tests.Testing;

/// <summary>One UDP client of a loopback port, in text.</summary>
internal sealed class UdpClientSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public UdpClientSocket(int port) => _socket.Connect(IPAddress.Loopback, port);

    public ValueTask<int> SendAsync(string text, CancellationToken cancellationToken) =>
        _socket.SendAsync(Encoding.ASCII.GetBytes(text), cancellationToken);

    /// <summary>The next datagram, or null when none came in time.</summary>
    public async Task<string?> ReceiveAsync(CancellationToken cancellationToken, double seconds = 5)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(seconds));
        var buffer = new byte[65_535];
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, timeout.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();
}
