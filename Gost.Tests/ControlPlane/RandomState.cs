using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;

namespace Gost.Tests.ControlPlane;

/// <summary>Random changes of few names at few ports, so that they clash, refer to each other and leave gaps.</summary>
internal static class RandomState
{
    private static readonly string[] Hosts = ["", "0.0.0.0", "[::]", "[::1]", "127.0.0.1", "localhost", "127.0.0.2", "[::ffff:127.0.0.2]", "example.org"];

    public static ChangeRequest Change(Random random, DesiredState state)
    {
        var kind = Kind(random);
        return random.Next(10) switch
        {
            0 or 1 or 2 => new CreateObject(kind, Value(random, kind, Name(random))),
            3 or 4 or 5 when Some(random, state) is { } value => new ReplaceObject(value.Kind, value.Config.Name, Value(random, value.Kind, value.Config.Name)),
            6 when Some(random, state) is { } value => new DeleteObject(value.Kind, value.Config.Name),
            7 => new ImportDocument(Document(random), Replace: true),
            8 => new ApplySources(Document(random)),
            _ => new ImportDocument(Document(random), Replace: false),
        };
    }

    private static GostConfig Document(Random random) => new()
    {
        Services = [.. Names(random).Select(x => (ServiceConfig)Value(random, ConfigKind.Services, x))],
        Chains = [.. Names(random).Select(x => (ChainConfig)Value(random, ConfigKind.Chains, x))],
        Hops = [.. Names(random).Select(x => (HopConfig)Value(random, ConfigKind.Hops, x))],
        Resolvers = [.. Names(random).Select(x => (ResolverConfig)Value(random, ConfigKind.Resolvers, x))],
        Admissions = [.. Names(random).Select(x => (AdmissionConfig)Value(random, ConfigKind.Admissions, x))],
    };

    private static NamedConfig Value(Random random, ConfigKind kind, string name) => kind.Name switch
    {
        "services" => Service(random, name),
        "chains" => new ChainConfig { Name = name, Hops = [Hop(random, Name(random))] },
        "hops" => Hop(random, name),
        "resolvers" => new ResolverConfig { Name = name, Nameservers = [new NameserverConfig { Addr = "127.0.0.1:53", Chain = Maybe(random) }] },
        _ => new AdmissionConfig { Name = name, Whitelist = random.Next(2) == 0 },
    };

    private static ServiceConfig Service(Random random, string name)
    {
        var type = random.Next(6) switch { 0 => "udp", 1 => "rtcp", _ => "tcp" };
        ConfigMap<object?> shared = new([KeyValuePair.Create("reuseport", (object?)true)]);
        return new ServiceConfig
        {
            Name = name,
            Addr = $"{Hosts[random.Next(Hosts.Length)]}:{random.Next(4)}",
            Admission = Maybe(random),
            Admissions = random.Next(4) == 0 ? [Name(random), Name(random)] : [],
            Resolver = Maybe(random),
            Handler = new HandlerConfig { Type = type, Chain = Maybe(random) },
            Listener = new ListenerConfig { Type = type, Chain = Maybe(random), Metadata = random.Next(3) == 0 ? shared : ConfigMap<object?>.Empty },
            Forwarder = random.Next(3) == 0 ? new ForwarderConfig { Hop = Name(random) } : null,
        };
    }

    private static HopConfig Hop(Random random, string name) => new()
    {
        Name = name,
        Resolver = Maybe(random),
        Nodes = random.Next(3) == 0
            ? []
            : [new NodeConfig { Name = "n", Addr = "127.0.0.1:9", Resolver = Maybe(random), Connector = new ConnectorConfig { Type = "tcp" }, Dialer = new DialerConfig { Type = "tcp" } }],
    };

    private static ConfigKind Kind(Random random) => random.Next(8) switch
    {
        0 => ConfigKind.Chains,
        1 => ConfigKind.Hops,
        2 => ConfigKind.Resolvers,
        3 => ConfigKind.Admissions,
        _ => ConfigKind.Services,
    };

    private static DesiredObject? Some(Random random, DesiredState state)
    {
        var all = ConfigKind.All.SelectMany(state.OfKind).ToList();
        return all.Count == 0 ? null : all[random.Next(all.Count)];
    }

    private static string Name(Random random) => $"n{random.Next(6)}";

    private static string Maybe(Random random) => random.Next(3) == 0 ? Name(random) : "";

    private static IEnumerable<string> Names(Random random)
    {
        string[] names = ["n0", "n1", "n2", "n3", "n4", "n5"];
        random.Shuffle(names);
        return names.Take(random.Next(names.Length + 1));
    }
}
