using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Names the senders of an association's datagrams. One caller at a time; bounded, because anybody may send.</summary>
internal sealed class AssociationSources(AddressFamily family)
{
    private const int Capacity = 256;

    private readonly IPEndPoint _form = new(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
    private readonly Dictionary<SocketAddress, Target> _known = [];

    /// <summary>The sender as a target; allocates nothing for one that sent before.</summary>
    public Target Of(SocketAddress address)
    {
        if (_known.TryGetValue(address, out var known))
        {
            return known;
        }

        if (_known.Count >= Capacity)
        {
            _known.Clear();
        }

        // The receive writes into the same object again: the key is a copy.
        SocketAddress key = new(address.Family, address.Size);
        address.Buffer[..address.Size].CopyTo(key.Buffer);
        var end = (IPEndPoint)EndPointForms.Unmapped(_form.Create(key))!; // Not null: what goes in is not.
        Target target = new(TargetNetwork.Udp, end.Address.ToString(), end.Port);
        _known.Add(key, target);
        return target;
    }
}
