using System.Net.Sockets;

namespace Gost.Tests.Net.Loops;

/// <summary>Two ends of a stream whose descriptors a loop can watch. Dispose closes both.</summary>
internal sealed class LoopDescriptors : IDisposable
{
    private LoopDescriptors(Socket near, Socket far) => (Near, Far) = (near, far);

    public Socket Near { get; }

    public Socket Far { get; }

    public int Number => (int)Near.Handle;

    public static async Task<LoopDescriptors> OpenAsync(CancellationToken cancellationToken)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(listener.LocalEndPoint!, cancellationToken);
        return new LoopDescriptors(await listener.AcceptAsync(cancellationToken), far);
    }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
