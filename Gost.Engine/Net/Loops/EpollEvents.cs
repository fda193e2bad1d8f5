using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Loops;

/// <summary>An array of <c>epoll_event</c> outside the managed heap: packed on x64, naturally aligned elsewhere. Source: epoll_ctl(2).</summary>
internal sealed unsafe class EpollEvents(int room) : IDisposable
{
    private static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenOffset = Size - sizeof(ulong);

    private byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(room * 16));

    /// <summary>The array for the kernel.</summary>
    public byte* Start => _events;

    /// <summary>Events it has room for.</summary>
    public int Room => room;

    /// <summary>What happened at an index.</summary>
    public LoopEvents EventsAt(int index) => (LoopEvents)Unsafe.ReadUnaligned<uint>(_events + (index * Size));

    /// <summary>Whose event it is.</summary>
    public ulong TokenAt(int index) => Unsafe.ReadUnaligned<ulong>(_events + (index * Size) + TokenOffset);

    /// <summary>Writes one event into <paramref name="target"/>, which has 16 bytes.</summary>
    public static void Write(byte* target, LoopEvents events, ulong token)
    {
        Unsafe.WriteUnaligned(target, (uint)events);
        Unsafe.WriteUnaligned(target + TokenOffset, token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_events);
        _events = null;
    }
}
