using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gost.Engine.Net.Batches;

/// <summary>
/// A UDP socket from which many datagrams are received, and by which many are sent, with one system call; on Linux runs of equal length also go through
/// the kernel as one (GSO, GRO), which is switched off by itself where the way does not take it. Borrows the socket, which does not block. One receiver at
/// a time, any number of senders. Linux on 64 bits only: see <see cref="IsSupported"/>.
/// </summary>
internal sealed unsafe class BatchSocket
{
    // The kernel's limits of one run.
    private const int MaxRunDatagrams = 64;
    private const int MaxRunBytes = 65_000;

    private const int MaxMessages = 32;

    private const int ErrorAgain = 11;
    private const int ErrorInterrupted = 4;
    private const int ErrorIo = 5;
    private const int ErrorInvalid = 22;
    private const int ErrorBadDescriptor = 9;
    private const int ErrorNetworkDown = 100;
    private const int ErrorNetworkUnreachable = 101;
    private const int ErrorRefused = 111;
    private const int ErrorHostDown = 112;
    private const int ErrorHostUnreachable = 113;

    private readonly Socket _socket;
    private volatile bool _joinsSent;

    /// <summary>Switches receiving in runs on where the kernel can.</summary>
    public BatchSocket(Socket socket)
    {
        _socket = socket;
        _joinsSent = true;
        try
        {
            var on = 1;
            socket.SetRawSocketOption(LinuxDatagramCalls.SolUdp, LinuxDatagramCalls.UdpGro, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(ref on)));
        }
        catch (SocketException)
        {
            // An old kernel: one datagram a message.
            _joinsSent = false;
        }
    }

    /// <summary>Whether the system has what this needs.</summary>
    public static bool IsSupported => LinuxDatagramCalls.IsSupported;

    /// <summary>
    /// Receives what is there without waiting, as many runs as there is room for; false = nothing is there. Throws <see cref="SocketException"/>,
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public bool TryReceive(ReceivedDatagrams into)
    {
        var count = Math.Min(into.MaxRuns, MaxMessages);
        var messages = stackalloc LinuxDatagramCalls.Message[count];
        var pieces = stackalloc LinuxDatagramCalls.Piece[count];
        var controls = stackalloc LinuxDatagramCalls.ControlMessage[count];
        fixed (byte* room = into.Room, addresses = into.Addresses)
        {
            for (var i = 0; i < count; i++)
            {
                pieces[i].Bytes = room + (i * into.RunSize);
                pieces[i].Length = (nuint)into.RunSize;
                messages[i] = new LinuxDatagramCalls.Message
                {
                    Address = addresses + (i * ReceivedDatagrams.AddressSize),
                    AddressLength = ReceivedDatagrams.AddressSize,
                    Pieces = pieces + i,
                    PieceCount = 1,
                    Control = controls + i,
                    ControlLength = LinuxDatagramCalls.ControlSize,
                };
            }

            while (true)
            {
                var received = LinuxDatagramCalls.ReceiveMany(_socket.SafeHandle, messages, (uint)count, LinuxDatagramCalls.DontWait, null);
                if (received > 0)
                {
                    into.Count = received;
                    break;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case ErrorInterrupted:
                        continue;
                    case ErrorAgain:
                        into.Count = 0;
                        return false;
                    case ErrorRefused:
                        throw new SocketException((int)SocketError.ConnectionRefused);
                    case ErrorNetworkDown or ErrorNetworkUnreachable or ErrorHostDown or ErrorHostUnreachable:
                        throw new SocketException((int)SocketError.HostUnreachable);
                    case ErrorBadDescriptor:
                        throw new ObjectDisposedException(nameof(Socket));
                    case var error:
                        throw new IOException($"recvmmsg: {Marshal.GetPInvokeErrorMessage(error)}");
                }
            }
        }

        for (var i = 0; i < into.Count; i++)
        {
            var isRun = messages[i].ControlLength >= LinuxDatagramCalls.ControlSize - 4
                && controls[i].Level == LinuxDatagramCalls.SolUdp && controls[i].Kind == LinuxDatagramCalls.UdpGro;
            into.Set(i, (int)messages[i].Transferred, isRun ? controls[i].Value : 0);
        }

        return true;
    }

    /// <summary>
    /// Sends datagrams that lie one behind the other without waiting; gives how many were sent, fewer than all when the kernel takes no more at the moment.
    /// Datagrams that cannot be sent are counted as sent, as the network may lose any. <paramref name="isRefused"/>: the peer's host says that nobody is
    /// there. Throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    public int TrySend(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> lengths, ReadOnlySpan<byte> address, out bool isRefused)
    {
        var done = 0;
        isRefused = false;
        fixed (byte* start = bytes, to = address)
        {
            var at = start;
            while (done < lengths.Length)
            {
                var sent = SendSome(at, lengths[done..], to, address.Length, ref isRefused);
                if (sent == 0)
                {
                    break;
                }

                for (; sent > 0; sent--)
                {
                    at += lengths[done++];
                }
            }
        }

        return done;
    }

    /// <summary>One system call; gives the datagrams sent or given up, 0 = the kernel takes no more.</summary>
    [SkipLocalsInit]
    private int SendSome(byte* at, ReadOnlySpan<int> lengths, byte* to, int toLength, ref bool isRefused)
    {
        var messages = stackalloc LinuxDatagramCalls.Message[MaxMessages];
        var pieces = stackalloc LinuxDatagramCalls.Piece[MaxMessages];
        var controls = stackalloc LinuxDatagramCalls.ControlMessage[MaxMessages];
        var runs = stackalloc int[MaxMessages];
        var joins = _joinsSent;
        var (count, next) = (0, 0);
        for (; count < MaxMessages && next < lengths.Length; count++)
        {
            var run = joins ? RunLength(lengths[next..]) : 1;
            var size = 0;
            for (var i = 0; i < run; i++)
            {
                size += lengths[next + i];
            }

            pieces[count].Bytes = at;
            pieces[count].Length = (nuint)size;
            messages[count] = new LinuxDatagramCalls.Message
            {
                Address = toLength > 0 ? to : null,
                AddressLength = (uint)toLength,
                Pieces = pieces + count,
                PieceCount = 1,
            };
            if (run > 1)
            {
                controls[count] = new LinuxDatagramCalls.ControlMessage
                {
                    Length = LinuxDatagramCalls.ControlSize - 6, // the header and the two bytes of the value
                    Level = LinuxDatagramCalls.SolUdp,
                    Kind = LinuxDatagramCalls.UdpSegment,
                    Value = lengths[next],
                };
                messages[count].Control = controls + count;
                messages[count].ControlLength = LinuxDatagramCalls.ControlSize;
            }

            runs[count] = run;
            at += size;
            next += run;
        }

        while (true)
        {
            var sent = LinuxDatagramCalls.SendMany(_socket.SafeHandle, messages, (uint)count, LinuxDatagramCalls.DontWait);
            if (sent > 0)
            {
                var datagrams = 0;
                for (var i = 0; i < sent; i++)
                {
                    datagrams += runs[i];
                }

                return datagrams;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case ErrorInterrupted:
                    continue;
                case ErrorAgain:
                    return 0;
                case ErrorRefused when !isRefused:
                    // Said of an earlier datagram: this one was not sent yet.
                    isRefused = true;
                    continue;
                case ErrorBadDescriptor:
                    throw new ObjectDisposedException(nameof(Socket));
                case ErrorIo or ErrorInvalid when runs[0] > 1:
                    // The device or the way does not take runs: one by one from now on.
                    _joinsSent = false;
                    return SendSome((byte*)pieces[0].Bytes, lengths, to, toLength, ref isRefused);
                default:
                    return runs[0];
            }
        }
    }

    private static int RunLength(ReadOnlySpan<int> lengths)
    {
        var (count, bytes) = (1, lengths[0]);
        while (count < lengths.Length && count < MaxRunDatagrams && lengths[count] <= lengths[0] && bytes + lengths[count] <= MaxRunBytes)
        {
            bytes += lengths[count++];
            if (lengths[count - 1] < lengths[0])
            {
                break;
            }
        }

        return count;
    }
}
