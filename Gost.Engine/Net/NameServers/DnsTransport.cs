namespace Gost.Engine.Net.NameServers;

/// <summary>How a name server is asked.</summary>
internal enum DnsTransport
{
    Udp,
    Tcp,
    Tls,
}
