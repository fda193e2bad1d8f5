namespace Gost.Api.Hosting;

/// <summary>How the socket library of this process goes on when an operation completes.</summary>
internal static class SocketCompletions
{
    // The library reads it once, with the first socket, and has no other switch.
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Goes on on the threads that wait for the sockets, of which there is one for each processor then, instead of handing every event to the thread pool: half the
    /// processor time of a small message. To be called before the first socket; what the environment says goes first. Code behind a socket must not block.
    /// </summary>
    public static void GoOnAtOnce()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
