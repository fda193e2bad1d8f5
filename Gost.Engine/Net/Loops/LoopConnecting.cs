using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net.Loops;

/// <summary>The second half of <see cref="LoopConnect"/>: waits for the connection.</summary>
internal static class LoopConnecting
{
    /// <summary>Gives the stream when it is connected; else disposes it and throws <see cref="FlowException"/> (dial).</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<DuplexStream> FinishAsync(LoopStream stream, IPEndPoint to, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WhenConnectedAsync(cancellationToken);
            stream.ForgetConnecting();
            return stream;
        }
        catch (SocketException e)
        {
            await stream.DisposeAsync();
            throw DialErrors.Map(TargetNetwork.Tcp, to.ToString(), e);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
