using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>What one outgoing socket is bound to before it connects.</summary>
/// <param name="Address">Source address; null = the system decides.</param>
/// <param name="Device">Device; null = any.</param>
internal readonly record struct SourceBinding(IPAddress? Address, string? Device)
{
    // Linux numbers: SOL_SOCKET with SO_BINDTODEVICE and SO_MARK.
    private const int SolSocket = 1;
    private const int SoBindToDevice = 25;
    private const int SoMark = 36;

    /// <summary>The bindings that an entry of <c>interface</c> stands for, in the order to try them. Throws <see cref="FlowException"/> when there is none.</summary>
    public static List<SourceBinding> Of(OutgoingInterface entry, IPAddress? clientSide)
    {
        switch (entry.Kind)
        {
            case OutgoingInterfaceKind.Address:
                return [new SourceBinding(entry.Address, null)];

            case OutgoingInterfaceKind.Auto:
                return [new SourceBinding(clientSide, null)];

            default:
                var found = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(x => x.Name == entry.Name)
                    ?? throw NotSet($"interface {entry.Name}: no such network interface", null);
                var addresses = found.GetIPProperties().UnicastAddresses.Select(x => new SourceBinding(x.Address, entry.Name)).ToList();
                return addresses.Count > 0 ? addresses : throw NotSet($"interface {entry.Name}: it has no address", null);
        }
    }

    /// <summary>The one binding for a socket that sends to addresses of any family. Throws <see cref="FlowException"/> as <see cref="Of"/> does.</summary>
    public static SourceBinding ForMany(OutgoingInterface entry, IPAddress? clientSide)
    {
        var first = Of(entry, clientSide)[0];
        return first.Device is not null && OperatingSystem.IsLinux() ? first with { Address = null } : first;
    }

    /// <summary>Whether a socket to an address of the family can be bound so.</summary>
    public bool Fits(AddressFamily family) => Address is null || Address.AddressFamily == family;

    /// <summary>Binds the socket and sets its mark. Throws <see cref="FlowException"/> (not permitted) when the system refuses.</summary>
    public void Apply(Socket socket, uint mark)
    {
        try
        {
            if (mark != 0)
            {
                RequireLinux("so_mark");
                socket.SetRawSocketOption(SolSocket, SoMark, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in mark)));
            }

            if (Device is not null && OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(Device + '\0'));
            }

            if (Address is not null)
            {
                socket.Bind(new IPEndPoint(Address, 0));
            }
        }
        catch (SocketException exception)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"source {Address?.ToString() ?? "any"}, device {Device ?? "any"}, mark {mark}");
            throw NotSet($"cannot bind the outgoing socket ({what}): {exception.Message}", exception);
        }
    }

    private static void RequireLinux(string what)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NotSet($"{what} exists on Linux only", null);
        }
    }

    private static FlowException NotSet(string message, Exception? inner) => new(FlowLayer.Dial, FlowError.NotPermitted, message, inner);
}
