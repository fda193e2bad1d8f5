using CsCheck;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.ControlPlane;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.ControlPlane;

/// <summary>A change looks only at what it touches, and finds what a look at everything would find.</summary>
public sealed class StateIndexTests
{
    private static readonly ChangePlanner Planner = new(
        new SupportedTypes(
            PlainTypes.Named("tcp", "udp", "rtcp", "rudp"),
            PlainTypes.Named("tcp", "udp", "rtcp", "rudp", "forward"),
            PlainTypes.Named("tcp", "direct"),
            PlainTypes.Named("tcp", "forward", "direct")),
        null,
        new FakeTimeProvider());

    [Fact]
    public void Plan_OverStatesThatCameOfChanges_FindsWhatAWholeLookFinds() => Gen.Int[0, int.MaxValue].Array[1, 30].Sample(
        static seeds =>
        {
            var state = DesiredState.Empty;
            foreach (var seed in seeds)
            {
                var request = RandomState.Change(new Random(seed), state);
                var planned = Planner.Plan(request, state);
                var anew = Planner.Plan(request, Anew(state));
                Assert.Equal(anew.Findings, planned.Findings);
                Assert.Equal(anew.Refused?.Message, planned.Refused?.Message);
                if (planned.Candidate is not { } candidate)
                {
                    continue;
                }

                Assert.Equal(anew.Candidate?.State.Objects.OrderBy(static x => x.Key.ToString()), candidate.State.Objects.OrderBy(static x => x.Key.ToString()));
                HashSet<ObjectKey> changed = [.. candidate.Upserts.Concat(candidate.Removed).Select(static x => x.Key)];
                Assert.Equal(WholeLook.At(candidate.State, changed), ConfigValidator.ValidateState(candidate.State, changed));
                foreach (var kind in ConfigKind.All)
                {
                    Assert.Equal(candidate.State.Objects.Values.Where(x => x.Kind == kind).OrderBy(static x => x.Ordinal), candidate.State.OfKind(kind));
                }

                // Refused ones too now and then: a store may hold what would be refused today.
                state = planned.Refused is null || seed % 4 == 0 ? candidate.State : state;
            }
        },
        iter: 300);

    [Fact]
    public void Plan_OfOneChangeAmongTenThousand_CostsWhatItTouches()
    {
        GostConfig document = new()
        {
            Services = [.. Enumerable.Range(0, 10_000).Select(static x => Service(x, "c"))],
            Chains = [new ChainConfig { Name = "c", Hops = [new HopConfig { Name = "h" }] }],
        };
        var state = Planner.Plan(new ImportDocument(document, Replace: false), DesiredState.Empty).Candidate!.State; // Nothing in it is refused.
        ReplaceObject request = new(ConfigKind.Services, "s5000", Service(5000, "other"));
        Planner.Plan(request, state);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var planned = Planner.Plan(request, state);
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(1, planned.Candidate?.Upserts.Length);
        Assert.InRange(cost, 1, 200_000);
    }

    [Fact]
    public void UsersOf_ANameThatIsUsedNoMore_IsForgotten()
    {
        var chain = new ObjectKey(ConfigKind.Chains, "c");
        DesiredObject user = new(ConfigKind.Services, Service(1, "c"), 1, 1, ObjectOrigin.Rest, default, default);
        var index = StateIndex.Empty.With([], [user]);
        Assert.Equal([user.Key], index.UsersOf(chain));
        Assert.Single(index.AtPort(new PortPlace("tcp", 1001)));

        index = index.With([user], [user with { Config = Service(2, "") }]);
        Assert.Empty(index.UsersOf(chain));
        Assert.Empty(index.AtPort(new PortPlace("tcp", 1001)));
        Assert.Single(index.OfKind(ConfigKind.Services));
    }

    private static DesiredState Anew(DesiredState state) => new(state.Revision, state.Objects, state.Singletons) { Unreadable = state.Unreadable };

    private static ServiceConfig Service(int number, string chain) => new()
    {
        Name = $"s{number}",
        Addr = $"127.0.{number / 1000}.1:{1000 + (number % 1000)}",
        Handler = new HandlerConfig { Type = "tcp", Chain = chain },
        Listener = new ListenerConfig { Type = "tcp" },
    };
}
