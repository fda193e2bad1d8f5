using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>
/// Where the datagrams of one association go: names resolved once in a while, IPv4 preferred. One caller at a time; holds a bounded number
/// of targets, because the client names them.
/// </summary>
internal sealed class AssociationTargets(
    AddressFamily family, bool dual, Func<string, CancellationToken, ValueTask<IPAddress[]>> lookup, TimeProvider time)
{
    /// <summary>Targets that are remembered.</summary>
    public const int Capacity = 256;

    /// <summary>How long an address counts before its name is looked up again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    // A name that nobody knows would hold up every other datagram of the association.
    private static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Target, Entry> _known = [];

    /// <summary>The address of a target that was resolved not long ago; allocates nothing.</summary>
    public SocketAddress? Find(Target target) =>
        _known.TryGetValue(target, out var entry) && time.GetElapsedTime(entry.Since) < Lifetime ? entry.Address : null;

    /// <summary>Resolves and remembers. Throws a transient <see cref="SocketException"/> for what has no address that the socket can send to.</summary>
    public async ValueTask<SocketAddress> ResolveAsync(Target target, CancellationToken cancellationToken)
    {
        if (target.Port is <= 0 or > ushort.MaxValue || target.Network == TargetNetwork.Unix)
        {
            throw new SocketException((int)SocketError.HostUnreachable);
        }

        var address = Choose(await LookUpAsync(target.Host, cancellationToken))
            ?? throw new SocketException((int)SocketError.NetworkUnreachable);
        if (_known.Count >= Capacity && !_known.ContainsKey(target))
        {
            _known.Clear();
        }

        var found = new IPEndPoint(address, target.Port).Serialize();
        _known[target] = new Entry(found, time.GetTimestamp());
        return found;
    }

    private async ValueTask<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(LookupTime, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await lookup(host, linked.Token);
        }
        catch (FlowException)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TryAgain);
        }
    }

    private IPAddress? Choose(IPAddress[] addresses)
    {
        var first = Array.Find(addresses, static x => x.AddressFamily == AddressFamily.InterNetwork);
        if (first is not null && family == AddressFamily.InterNetwork)
        {
            return first;
        }

        return first is not null && dual
            ? first.MapToIPv6()
            : family == AddressFamily.InterNetwork ? null : Array.Find(addresses, static x => x.AddressFamily == AddressFamily.InterNetworkV6);
    }

    private readonly record struct Entry(SocketAddress Address, long Since);
}
