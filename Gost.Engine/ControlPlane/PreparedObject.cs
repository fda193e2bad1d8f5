using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Engine.Net.NameServers;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Gost.Engine.Security;

namespace Gost.Engine.ControlPlane;

/// <summary>A compiled chain, hop, auther, admission, host table or resolver that waits to be published. Owns it until then.</summary>
internal sealed class PreparedObject(IAsyncDisposable? value, Func<IAsyncDisposable?> exchange) : IAsyncDisposable
{
    private bool _published;

    /// <summary>The object as far as it reads a file.</summary>
    public IFileBacked? File => value as IFileBacked;

    /// <summary>Points the name to the new object, which the next connection sees; gives the old one, which the caller disposes.</summary>
    public IAsyncDisposable? Publish()
    {
        _published = true;
        return exchange();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _published || value is null ? ValueTask.CompletedTask : value.DisposeAsync();

    /// <summary>Compiles an object of an acting kind; null for other kinds. Findings are relative to the object.</summary>
    public static PreparedObject? Compile(NamedConfig config, EngineServices engine, List<Finding> findings)
    {
        var objects = engine.Objects;
        return config switch
        {
            ChainConfig x => Of(objects.Chains, x.Name, last => Chain.Compile(x, engine, findings, last)),
            HopConfig x => Of(objects.Hops, x.Name, last => Hop.Compile(x, engine, findings, last)),
            AutherConfig x => Of(objects.Authers, x.Name, _ => Auther.Compile(x, engine, findings)),
            AdmissionConfig x => Of(objects.Admissions, x.Name, _ => Admission.Compile(x, engine, findings)),
            ResolverConfig x => Of(objects.Resolvers, x.Name, _ => DnsResolver.Compile(x, engine)),
            HostsConfig x => Of(objects.Hosts, x.Name, _ => HostTable.Compile(x, engine, findings)),
            _ => null,
        };
    }

    /// <summary>The removal of an object; null for kinds that do not act.</summary>
    public static PreparedObject? Removal(ObjectKey key, EngineServices engine)
    {
        var objects = engine.Objects;
        return key.Kind switch
        {
            _ when key.Kind == ConfigKind.Chains => None(objects.Chains, key.Name),
            _ when key.Kind == ConfigKind.Hops => None(objects.Hops, key.Name),
            _ when key.Kind == ConfigKind.Authers => None(objects.Authers, key.Name),
            _ when key.Kind == ConfigKind.Admissions => None(objects.Admissions, key.Name),
            _ when key.Kind == ConfigKind.Resolvers => None(objects.Resolvers, key.Name),
            _ when key.Kind == ConfigKind.Hosts => None(objects.Hosts, key.Name),
            _ => null,
        };
    }

    private static PreparedObject Of<T>(NamedRefTable<T> table, string name, Func<T?, T> compile)
        where T : class, IAsyncDisposable
    {
        var reference = table.Get(name);
        var value = compile(reference.Current);
        return new PreparedObject(value, () => reference.Exchange(value));
    }

    private static PreparedObject None<T>(NamedRefTable<T> table, string name)
        where T : class, IAsyncDisposable
    {
        var reference = table.Get(name);
        return new PreparedObject(null, () => reference.Exchange(null));
    }
}
