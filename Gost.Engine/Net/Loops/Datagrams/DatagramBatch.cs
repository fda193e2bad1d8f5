using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gost.Engine.Net.Batches;

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>
/// Datagrams on their way out of one socket, many with one call, in the order of adding; runs of equal length go through the kernel as one (GSO) where the way
/// takes them. Borrows the bytes until they are sent. For the loop's thread.
/// </summary>
internal sealed unsafe class DatagramBatch
{
    // The kernel's limits of one run (its own may be larger in newer versions).
    private const int MaxRunDatagrams = 64;
    private const int MaxRunBytes = 65_000;

    private const int MaxMessages = 64;
    private const int MaxPieces = 256;
    private const int ErrorIo = 5; // EIO

    private readonly LinuxDatagramCalls.Message[] _messages = GC.AllocateArray<LinuxDatagramCalls.Message>(MaxMessages, pinned: true);
    private readonly LinuxDatagramCalls.Piece[] _pieces = GC.AllocateArray<LinuxDatagramCalls.Piece>(MaxPieces, pinned: true);
    private readonly LinuxDatagramCalls.ControlMessage[] _controls = GC.AllocateArray<LinuxDatagramCalls.ControlMessage>(MaxMessages, pinned: true);
    private readonly byte[] _addresses = GC.AllocateArray<byte>(MaxMessages * DatagramSlots.AddressSize, pinned: true);
    private readonly Layout[] _layouts = new Layout[MaxMessages];
    private SafeSocketHandle? _socket;
    private int _count;
    private int _next;
    private int _usedPieces;

    /// <summary>Whether nothing is left to send.</summary>
    public bool IsEmpty => _next == _count;

    /// <summary>What is added next goes out of that socket; the batch must be empty.</summary>
    public void Begin(SafeSocketHandle socket) => (_socket, _count, _next, _usedPieces) = (socket, 0, 0, 0);

    /// <summary>
    /// Adds <paramref name="length"/> bytes that are datagrams of <paramref name="size"/> bytes, the last may be shorter, each cut to <paramref name="limit"/>.
    /// Sends when there is no more room; false = the system takes no more (see <see cref="Flush"/>), and what is left of these was not added.
    /// </summary>
    public bool Add(IBatchOwner owner, byte* bytes, int length, int size, int limit, ReadOnlySpan<byte> address, bool joins)
    {
        var most = joins && size <= limit ? Math.Min(MaxRunDatagrams, Math.Max(1, MaxRunBytes / size)) * size : size;
        do
        {
            var part = Math.Min(most, length);
            if (!AddRun(owner, bytes, Math.Min(part, limit < size ? limit : part), Math.Min(size, Math.Max(1, part)), address, joins))
            {
                return false;
            }

            bytes += part;
            length -= part;
        }
        while (length > 0);
        return true;
    }

    /// <summary>Sends what was added, without waiting; false = the system takes no more at the moment, the rest is still here.</summary>
    public bool Flush()
    {
        var told = false;
        while (_next < _count)
        {
            var sent = Send();
            if (sent > 0)
            {
                (_next, told) = (_next + sent, false);
                continue;
            }

            ref var layout = ref _layouts[_next];
            switch (Marshal.GetLastPInvokeError())
            {
                case LinuxErrors.Interrupted:
                    break;
                case LinuxErrors.Again:
                    return false;
                case ErrorIo or LinuxErrors.Invalid when layout.Datagrams > 1:
                    // The device or the way does not take runs.
                    layout.Owner.StopJoining(layout.HasAddress);
                    SendOneByOne();
                    (_next, told) = (_next + 1, false);
                    break;
                case var error:
                    layout.Owner.SendFailed(LinuxErrors.ToSocketError(error), layout.HasAddress);

                    // The first error may belong to an earlier datagram, and has cost this one nothing but the call.
                    told = !told && SocketDatagramChannel.IsTransient(LinuxErrors.ToSocketError(error));
                    _next += told ? 0 : 1;
                    break;
            }
        }

        (_count, _next, _usedPieces) = (0, 0, 0);
        return true;
    }

    /// <summary>The next datagram that was not sent, which is no longer here after that; false = there is none.</summary>
    public bool TryTakeRest(out IBatchOwner? owner, out ReadOnlySpan<byte> datagram)
    {
        if (_next == _count)
        {
            owner = null;
            datagram = default;
            return false;
        }

        ref var layout = ref _layouts[_next];
        ref var message = ref _messages[_next];
        owner = layout.Owner;
        var length = (int)Math.Min((nuint)layout.Size, message.Pieces->Length);
        datagram = new ReadOnlySpan<byte>(message.Pieces->Bytes, length);
        message.Pieces->Bytes = (byte*)message.Pieces->Bytes + length;
        message.Pieces->Length -= (nuint)length;
        if (message.Pieces->Length == 0)
        {
            message.Pieces++;
            if (--message.PieceCount == 0)
            {
                _next++;
            }
        }

        return true;
    }

    private bool AddRun(IBatchOwner owner, byte* bytes, int length, int size, ReadOnlySpan<byte> address, bool joins)
    {
        if (_usedPieces == MaxPieces && !Flush())
        {
            return false;
        }

        var datagrams = Math.Max(1, (length + size - 1) / size);
        if (joins && _count > _next && _layouts[_count - 1].Takes(owner, length, size, datagrams))
        {
            ref var last = ref _layouts[_count - 1];
            last.Bytes += length;
            last.Datagrams += datagrams;
            last.IsOpen = length == datagrams * last.Size;
            _messages[_count - 1].PieceCount++;
        }
        else
        {
            if (_count == MaxMessages && !Flush())
            {
                return false;
            }

            var index = _count++;
            _layouts[index] = new Layout(owner, length, size, datagrams, !address.IsEmpty) { IsOpen = length > 0 && length == datagrams * size };
            var to = _addresses.AsSpan(index * DatagramSlots.AddressSize, DatagramSlots.AddressSize);
            address.CopyTo(to);
            _messages[index] = new LinuxDatagramCalls.Message
            {
                Address = address.IsEmpty ? null : (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_addresses, index * DatagramSlots.AddressSize),
                AddressLength = (uint)address.Length,
                Pieces = (LinuxDatagramCalls.Piece*)Marshal.UnsafeAddrOfPinnedArrayElement(_pieces, _usedPieces),
                PieceCount = 1,
            };
        }

        _pieces[_usedPieces].Bytes = bytes;
        _pieces[_usedPieces++].Length = (nuint)length;
        return true;
    }

    /// <summary>One system call: messages sent, or nothing and an error.</summary>
    private int Send()
    {
        var first = (LinuxDatagramCalls.Message*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, _next);
        if (_next + 1 == _count && _layouts[_next].Datagrams == 1)
        {
            // The common case of a ping-pong: nothing but the bytes is laid out for the kernel.
            return LinuxDatagramCalls.SendOne(
                _socket!, (byte*)first->Pieces->Bytes, first->Pieces->Length, LinuxDatagramCalls.DontWait, (byte*)first->Address, first->AddressLength) < 0 ? 0 : 1;
        }

        for (var i = _next; i < _count; i++)
        {
            if (_layouts[i].Datagrams > 1 && _messages[i].Control == null)
            {
                _controls[i] = new LinuxDatagramCalls.ControlMessage
                {
                    Length = LinuxDatagramCalls.ControlSize - 6, // the header and the two bytes of the value
                    Level = LinuxDatagramCalls.SolUdp,
                    Kind = LinuxDatagramCalls.UdpSegment,
                    Value = _layouts[i].Size,
                };
                _messages[i].Control = (void*)Marshal.UnsafeAddrOfPinnedArrayElement(_controls, i);
                _messages[i].ControlLength = LinuxDatagramCalls.ControlSize;
            }
        }

        return LinuxDatagramCalls.SendMany(_socket!, first, (uint)(_count - _next), LinuxDatagramCalls.DontWait);
    }

    private void SendOneByOne()
    {
        ref var message = ref _messages[_next];
        for (var i = 0; i < (int)message.PieceCount; i++)
        {
            var at = (byte*)message.Pieces[i].Bytes;
            var left = (int)message.Pieces[i].Length;
            while (left > 0)
            {
                var length = Math.Min(_layouts[_next].Size, left);

                // Lost where the system takes no more: it happens once for a way, as there are no runs after that.
                _ = LinuxDatagramCalls.SendOne(_socket!, at, (nuint)length, LinuxDatagramCalls.DontWait, (byte*)message.Address, message.AddressLength);
                at += length;
                left -= length;
            }
        }
    }

    private struct Layout(IBatchOwner owner, int bytes, int size, int datagrams, bool hasAddress)
    {
        public readonly IBatchOwner Owner = owner;
        public readonly int Size = size;
        public readonly bool HasAddress = hasAddress;
        public int Bytes = bytes;
        public int Datagrams = datagrams;

        /// <summary>Whether the last datagram is as long as the others, so that more may follow.</summary>
        public bool IsOpen;

        public readonly bool Takes(IBatchOwner owner, int length, int size, int datagrams) =>
            IsOpen && ReferenceEquals(Owner, owner) && length > 0 && (size == Size || (datagrams == 1 && length <= Size))
            && Datagrams + datagrams <= MaxRunDatagrams && Bytes + length <= MaxRunBytes;
    }
}
