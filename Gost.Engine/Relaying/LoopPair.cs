using Gost.Engine.Abstractions;
using Gost.Engine.Net.Loops;

namespace Gost.Engine.Relaying;

/// <summary>The two sockets of the kernel lane that are all there is of a relay's streams. Borrowed.</summary>
internal readonly record struct LoopPair(LoopStream Client, LoopStream Target)
{
    /// <summary>Whether both streams are such sockets by now.</summary>
    public static bool TryOf(DuplexStream client, DuplexStream target, out LoopPair pair)
    {
        pair = default;
        if (!client.TryGetRawSocket(out var near) || near is not LoopStream from || !target.TryGetRawSocket(out var far) || far is not LoopStream to)
        {
            return false;
        }

        pair = new LoopPair(from, to);
        return true;
    }
}
