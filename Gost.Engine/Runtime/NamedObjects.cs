using Gost.Engine.Net;
using Gost.Engine.Net.NameServers;
using Gost.Engine.Routing;
using Gost.Engine.Security;

namespace Gost.Engine.Runtime;

/// <summary>The compiled objects that services and chains refer to by name.</summary>
internal sealed class NamedObjects : IAsyncDisposable
{
    public NamedRefTable<Chain> Chains { get; } = new();

    public NamedRefTable<Hop> Hops { get; } = new();

    public NamedRefTable<Auther> Authers { get; } = new();

    public NamedRefTable<Admission> Admissions { get; } = new();

    public NamedRefTable<HostTable> Hosts { get; } = new();

    public NamedRefTable<DnsResolver> Resolvers { get; } = new();

    /// <summary>Ends the file reloaders of what is in force.</summary>
    public async ValueTask DisposeAsync()
    {
        await Chains.DisposeAsync();
        await Hops.DisposeAsync();
        await Authers.DisposeAsync();
        await Admissions.DisposeAsync();
        await Hosts.DisposeAsync();
        await Resolvers.DisposeAsync();
    }
}
