using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;

namespace Gost.Tests.Testing.Lanes;

/// <summary>Streams of either lane over the framework's sockets.</summary>
internal static class LaneStreams
{
    /// <summary>The same result; the test does not go on within the loop that gave it.</summary>
    public static async Task<T> LeaveLoopAsync<T>(ValueTask<T> result)
    {
        var value = await result;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return value;
    }

    /// <summary>Takes over a connected socket; with loops it becomes the kernel lane's.</summary>
    public static SocketStream Over(Socket socket, EventLoopGroup? loops)
    {
        if (loops is null)
        {
            return new SocketDuplexStream(socket);
        }

        DescriptorHandle own = new(LinuxCalls.Duplicate((int)socket.Handle));
        socket.Blocking = false;
        socket.Dispose();
        return new LoopStream(own, loops.Here(), null, null);
    }
}
