namespace Gost.Engine.Abstractions;

/// <summary>What kind of flow an address is meant for.</summary>
public enum TargetNetwork
{
    Tcp,
    Udp,
    Unix,
}

/// <summary>Where a flow is to go, not yet resolved.</summary>
/// <param name="Network">Kind of flow.</param>
/// <param name="Host">Name or IP literal without brackets; empty = this host; for <see cref="TargetNetwork.Unix"/> the socket's path.</param>
/// <param name="Port">0 to 65535; 0 is GOST's placeholder <c>:0</c>, which only a far end can fill.</param>
public sealed record Target(TargetNetwork Network, string Host, int Port)
{
    /// <summary>The target of a service without forwarder.</summary>
    public static Target Placeholder(TargetNetwork network) => new(network, "", 0);

    /// <summary><c>host:port</c>, IPv6 in brackets; the path of a unix socket.</summary>
    public override string ToString() =>
        Network == TargetNetwork.Unix ? Host : Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
