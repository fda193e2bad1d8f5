using System.Net;

namespace Gost.Engine.Net.NameServers;

/// <summary>What a server said.</summary>
/// <param name="Addresses">Possibly none.</param>
/// <param name="Ttl">How long they count.</param>
/// <param name="Code">0 = no error, 3 = there is no such name, others are the server's trouble (RFC 1035 section 4.1.1).</param>
/// <param name="IsCut">The answer did not fit: ask again over TCP.</param>
internal readonly record struct DnsAnswer(IPAddress[] Addresses, TimeSpan Ttl, int Code, bool IsCut);

/// <summary>Kinds of records.</summary>
internal enum DnsType : ushort
{
    A = 1,
    Aaaa = 28,
}
