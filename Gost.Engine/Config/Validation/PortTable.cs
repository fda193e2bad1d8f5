using System.Net;
using System.Net.Sockets;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>
/// Finds services that want the same port of this host, in one pass: a wildcard overlaps every address of its family, text that begins with
/// <c>:</c> or <c>[</c> is dual stack, other text IPv4 only (spec/config.md section 3). Port 0 never clashes; two listeners with
/// <c>reuseport</c> may share.
/// </summary>
internal sealed class PortTable
{
    private readonly Dictionary<PortPlace, Port> _ports = [];

    /// <summary>The port that a service takes on this host, whatever its address; null when it takes none that is known.</summary>
    public static PortPlace? PlaceOf(ServiceConfig service) => Read(service, out _);

    /// <summary>Adds a service; returns the earlier one it clashes with, or null.</summary>
    public ServiceConfig? Add(ServiceConfig service)
    {
        if (Read(service, out var address) is not { } place)
        {
            return null;
        }

        if (!_ports.TryGetValue(place, out var port))
        {
            _ports.Add(place, port = new Port());
        }

        var mayShare = service.Listener is { Metadata.Count: > 0 } listener && new MetadataReader(listener.Metadata, "").GetBool(false, "reuseport");
        return port.Add(service, Normalize(address), mayShare);
    }

    private static PortPlace? Read(ServiceConfig service, out HostPort address)
    {
        address = default;
        return ServiceFacts.LocalTransport(service) is { } transport
            && HostPort.TryParse(service.Addr, out address, out _)
            && address.Port != 0
            ? new PortPlace(transport, address.Port)
            : null;
    }

    private static (string Host, Family Family) Normalize(HostPort address)
    {
        var host = address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" : address.Host;
        if (host.Length == 0)
        {
            return ("", Family.Both);
        }

        if (!IPAddress.TryParse(host, out var ip))
        {
            return (host.ToUpperInvariant(), Family.V4);
        }

        if (ip.IsIPv4MappedToIPv6)
        {
            ip = ip.MapToIPv4();
        }

        var isWildcard = ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        return ip.AddressFamily == AddressFamily.InterNetwork
            ? (isWildcard ? "" : ip.ToString(), Family.V4)
            : isWildcard ? ("", Family.Both) : (ip.ToString(), Family.V6);
    }

    [Flags]
    private enum Family
    {
        V4 = 1,
        V6 = 2,
        Both = V4 | V6,
    }

    private sealed class Port
    {
        private readonly Dictionary<string, Slot> _hosts = new(StringComparer.Ordinal);

        // Any address of a family, wildcards included; and the wildcards that cover a family.
        private Slot _anyV4;
        private Slot _anyV6;
        private Slot _wildV4;
        private Slot _wildV6;

        public ServiceConfig? Add(ServiceConfig service, (string Host, Family Family) address, bool mayShare)
        {
            var (host, family) = address;
            ServiceConfig? clash;
            if (host.Length == 0)
            {
                clash = family.HasFlag(Family.V4) ? _anyV4.Find(mayShare) : null;
                clash ??= family.HasFlag(Family.V6) ? _anyV6.Find(mayShare) : null;
                if (family.HasFlag(Family.V4))
                {
                    _wildV4 = _wildV4.With(service, mayShare);
                }

                if (family.HasFlag(Family.V6))
                {
                    _wildV6 = _wildV6.With(service, mayShare);
                }
            }
            else
            {
                var slot = _hosts.GetValueOrDefault(host);
                clash = slot.Find(mayShare) ?? (family == Family.V4 ? _wildV4 : _wildV6).Find(mayShare);
                _hosts[host] = slot.With(service, mayShare);
            }

            if (family.HasFlag(Family.V4))
            {
                _anyV4 = _anyV4.With(service, mayShare);
            }

            if (family.HasFlag(Family.V6))
            {
                _anyV6 = _anyV6.With(service, mayShare);
            }

            return clash;
        }
    }

    /// <summary>The first service of a place, and the first one there that shares with nobody.</summary>
    private readonly record struct Slot(ServiceConfig? First, ServiceConfig? Alone)
    {
        public ServiceConfig? Find(bool mayShare) => mayShare ? Alone : First;

        public Slot With(ServiceConfig service, bool mayShare) => new(First ?? service, Alone ?? (mayShare ? null : service));
    }
}
