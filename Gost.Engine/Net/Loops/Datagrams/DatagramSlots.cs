using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gost.Engine.Net.Batches;

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>
/// Room of one loop that datagrams are received into, many with one call: each slot takes one datagram, or a run of datagrams of equal length from one sender
/// (GRO), of which the last may be shorter. The system gives memory to slots as they are used. For the loop's thread.
/// </summary>
internal sealed unsafe class DatagramSlots
{
    /// <summary>Room for the address of a sender, bytes.</summary>
    public const int AddressSize = ReceivedDatagrams.AddressSize;

    private const int SlotSize = 64 * 1024;

    // Not a power of two: slots that start at the same place of a page would push each other out of the processor's cache.
    private const int Stride = SlotSize + (5 * 64);

    private readonly byte[] _room;
    private readonly byte[] _addresses;
    private readonly LinuxDatagramCalls.Message[] _messages;
    private readonly LinuxDatagramCalls.Piece[] _pieces;
    private readonly LinuxDatagramCalls.ControlMessage[] _controls;
    private readonly int[] _lengths;
    private readonly int[] _sizes;

    /// <summary>Slots; <paramref name="withSenders"/>: whether it matters from whom a datagram is.</summary>
    public DatagramSlots(int count, bool withSenders)
    {
        Count = count;
        _room = GC.AllocateUninitializedArray<byte>(count * Stride, pinned: true);
        _addresses = GC.AllocateArray<byte>(withSenders ? count * AddressSize : 0, pinned: true);
        _messages = GC.AllocateArray<LinuxDatagramCalls.Message>(count, pinned: true);
        _pieces = GC.AllocateArray<LinuxDatagramCalls.Piece>(count, pinned: true);
        _controls = GC.AllocateArray<LinuxDatagramCalls.ControlMessage>(count, pinned: true);
        _lengths = new int[count];
        _sizes = new int[count];
        for (var i = 0; i < count; i++)
        {
            _pieces[i].Bytes = At(i);
            _pieces[i].Length = SlotSize;
            _messages[i].Address = withSenders ? (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_addresses, i * AddressSize) : null;
            _messages[i].Pieces = (LinuxDatagramCalls.Piece*)Marshal.UnsafeAddrOfPinnedArrayElement(_pieces, i);
            _messages[i].PieceCount = 1;
            _messages[i].Control = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(_controls, i);
            Renew(ref _messages[i]);
        }
    }

    /// <summary>Slots.</summary>
    public int Count { get; }

    /// <summary>
    /// Receives what is there into <paramref name="count"/> slots from <paramref name="first"/> on, without waiting: slots used, fewer = no more is there; or
    /// an error of the system, negated. Throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    public int Receive(SafeSocketHandle socket, int first, int count)
    {
        var messages = (LinuxDatagramCalls.Message*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, first);
        int received;
        while ((received = LinuxDatagramCalls.ReceiveMany(socket, messages, (uint)count, LinuxDatagramCalls.DontWait, null)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != LinuxErrors.Interrupted)
            {
                return -error;
            }
        }

        for (var i = first; i < first + received; i++)
        {
            ref var message = ref _messages[i];
            ref var control = ref _controls[i];
            var isRun = message.ControlLength >= LinuxDatagramCalls.ControlSize - sizeof(int)
                && control.Level == LinuxDatagramCalls.SolUdp && control.Kind == LinuxDatagramCalls.UdpGro && control.Value > 0;
            _lengths[i] = (int)message.Transferred;
            _sizes[i] = isRun ? control.Value : Math.Max(1, _lengths[i]);
            Renew(ref message);
        }

        return received;
    }

    /// <summary>The first byte of a slot.</summary>
    public byte* At(int slot) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_room, slot * Stride);

    /// <summary>The bytes that a slot has received.</summary>
    public Memory<byte> Bytes(int slot) => _room.AsMemory(slot * Stride, _lengths[slot]);

    /// <summary>How many they are.</summary>
    public int Length(int slot) => _lengths[slot];

    /// <summary>Bytes of each datagram in the slot but the last; at least 1.</summary>
    public int Size(int slot) => _sizes[slot];

    /// <summary>The raw socket address of the sender.</summary>
    public ReadOnlySpan<byte> Sender(int slot) => _addresses.AsSpan(slot * AddressSize, AddressSize);

    private static void Renew(ref LinuxDatagramCalls.Message message)
    {
        message.AddressLength = message.Address == null ? 0u : AddressSize;
        message.ControlLength = LinuxDatagramCalls.ControlSize;
    }
}
