using System.Net;
using System.Net.Sockets;

namespace Gost.Tests.EndToEnd;

/// <summary>A name server that answers every A question with 192.0.2.1. Source: RFC 1035 section 4.1.</summary>
internal sealed class DnsTarget : IAsyncDisposable
{
    private const int HeaderLength = 12;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public DnsTarget()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = ServeAsync();
    }

    public string Address => _socket.LocalEndPoint!.ToString()!; // bound in the constructor

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (received.ReceivedBytes > HeaderLength)
                {
                    await _socket.SendToAsync(Answer(buffer.AsSpan(0, received.ReceivedBytes)), received.RemoteEndPoint, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private static byte[] Answer(ReadOnlySpan<byte> query)
    {
        var end = HeaderLength;
        while (query[end] != 0)
        {
            end += query[end] + 1;
        }

        end += 5; // the root label, type and class
        return
        [
            query[0], query[1], 0x81, 0x80, // the same id; a response, recursion wanted and available
            0, 1, 0, 1, 0, 0, 0, 0, // one question, one answer
            .. query[HeaderLength..end],
            0xC0, HeaderLength, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1, // that name, A, IN, 60 s, the address
        ];
    }
}
