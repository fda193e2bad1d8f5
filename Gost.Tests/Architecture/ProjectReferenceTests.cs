using System.Reflection;
using Gost.Engine;
using NetArchTest.Rules;
using Xunit;

namespace Gost.Tests.Architecture;

public sealed class ProjectReferenceTests
{
    /// <summary>
    /// What other protocols may build on: the raw transports, the handler that forwards to fixed targets, the address and datagram forms that
    /// several protocols share, TLS and smux inside a protocol, and the serving end of remote forwarding.
    /// </summary>
    private static readonly string[] BaseSlices =
    [
        "Gost.Engine.Protocols.Tcp", "Gost.Engine.Protocols.Udp", "Gost.Engine.Protocols.Forward", "Gost.Engine.Protocols.Framing",
        "Gost.Engine.Protocols.Tls", "Gost.Engine.Protocols.Mux", "Gost.Engine.Protocols.Remote",
    ];

    private static readonly Assembly Engine = typeof(IGostEngine).Assembly;

    [Fact]
    public void Engine_References_NeitherWebNorDatabase()
    {
        var references = Engine.GetReferencedAssemblies().Select(static x => x.Name ?? "").ToList();

        Assert.DoesNotContain(references, static x => x.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(references, static x => x.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal));
        Assert.All(references.Where(static x => x.StartsWith("Gost.", StringComparison.Ordinal)), static x => Assert.Contains(x, (string[])["Gost.Ssh", "Gost.Streams"]));
    }

    [Fact]
    public void Ssh_References_NothingOfOursButStreams()
    {
        var references = Assembly.Load("Gost.Ssh").GetReferencedAssemblies().Select(static x => x.Name ?? "");

        Assert.DoesNotContain(references, static x => (x.StartsWith("Gost.", StringComparison.Ordinal) && x != "Gost.Streams") || x == "gost");
    }

    [Fact]
    public void Streams_References_NothingOfOurs()
    {
        var references = Assembly.Load("Gost.Streams").GetReferencedAssemblies().Select(static x => x.Name ?? "");

        Assert.DoesNotContain(references, static x => x.StartsWith("Gost.", StringComparison.Ordinal) || x == "gost");
    }

    [Fact]
    public void Persistence_References_NoWeb()
    {
        var references = Assembly.Load("Gost.Persistence").GetReferencedAssemblies().Select(static x => x.Name ?? "");

        Assert.DoesNotContain(references, static x => x.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || x == "gost");
    }

    [Fact]
    public void Protocols_EachFolder_UsesNoOtherButTheBase()
    {
        // Shared parts belong into the core; a folder that needs another protocol's class shows that the core lacks something.
        var slices = Engine.GetTypes()
            .Select(static x => x.Namespace)
            .Where(static x => x is not null && x.StartsWith("Gost.Engine.Protocols.", StringComparison.Ordinal))
            .Select(static x => string.Join('.', x!.Split('.').Take(4)))
            .Distinct()
            .ToList();
        var faults = new List<string>();
        foreach (var slice in slices)
        {
            var others = slices.Where(x => x != slice && !BaseSlices.Contains(x)).ToArray();
            if (others.Length == 0)
            {
                continue;
            }

            var result = Types.InAssembly(Engine).That().ResideInNamespace(slice).ShouldNot().HaveDependencyOnAny(others).GetResult();
            faults.AddRange((result.FailingTypeNames ?? []).Select(x => $"{x} uses another protocol's folder"));
        }

        Assert.Empty(faults);
    }

    [Fact]
    public void Classes_InEveryProduct_AreSealedStaticOrAbstract()
    {
        var open = new[] { Engine, Assembly.Load("Gost.Ssh"), Assembly.Load("Gost.Streams"), Assembly.Load("Gost.Persistence"), Assembly.Load("gost") }
            .SelectMany(static x => x.GetTypes())
            .Where(static x => x.IsClass && !x.IsSealed && !x.IsAbstract && IsOurs(x))
            .Select(static x => x.FullName);

        Assert.Empty(open);
    }

    [Fact]
    public void Products_HoldNoStaticMutableState()
    {
        var faults = new[] { Engine, Assembly.Load("Gost.Ssh"), Assembly.Load("Gost.Streams"), Assembly.Load("Gost.Persistence"), Assembly.Load("gost") }
            .SelectMany(static x => x.GetTypes())
            .Where(static x => IsOurs(x))
            .SelectMany(static x => x.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(static x => !x.IsInitOnly && !x.IsLiteral && !x.Name.StartsWith('<') && !x.Name.Contains("__", StringComparison.Ordinal))
            .Select(static x => $"{x.DeclaringType?.FullName}.{x.Name}");

        Assert.Empty(faults);
    }

    /// <summary>Written here: not made by the compiler, a source generator or the migration tool.</summary>
    private static bool IsOurs(Type type) =>
        type.Namespace is { } ns
        && ns.StartsWith("Gost.", StringComparison.Ordinal)
        && !ns.Contains(".Migrations", StringComparison.Ordinal)
        && !type.Name.Contains('<', StringComparison.Ordinal)
        && !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), inherit: false)
        && !type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false);
}
