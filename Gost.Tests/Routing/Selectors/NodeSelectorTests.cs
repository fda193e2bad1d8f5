using Gost.Engine.Abstractions;
using Gost.Engine.Routing;
using Gost.Engine.Routing.Selectors;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Routing.Selectors;

public sealed class NodeSelectorTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Select_Round_TakesTurnsInOrder()
    {
        var nodes = Nodes(new(), new(), new());

        Assert.Equal(["0", "1", "2", "0", "1", "2"], Names(nodes, "round", 6));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rr")]
    [InlineData("something else")]
    public void Select_UnknownStrategy_IsRound(string strategy) => Assert.Equal(["0", "1", "0"], Names(Nodes(new(), new()), strategy, 3));

    [Fact]
    public void Select_NoNodes_IsNull() => Assert.Null(Selector(Nodes(), "round").Select(default, null));

    [Fact]
    public void Select_FailedNode_IsLeftOutUntilItsTimeIsOver()
    {
        var nodes = Nodes(new(), new());
        nodes[0].Marker.MarkFailure();

        Assert.Equal(["1", "1", "1"], Names(nodes, "round", 3));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["0", "1"], Names(nodes, "round", 2));
    }

    [Fact]
    public void Select_OneMoreFailureAfterTheTimeout_FailsAtOnce()
    {
        var nodes = Nodes(new() { MaxFails = 3 }, new());
        Fail(nodes[0], 3);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Contains("0", Names(nodes, "round", 2));

        Fail(nodes[0], 1);

        Assert.Equal(["1", "1"], Names(nodes, "round", 2));
    }

    [Fact]
    public void Select_FewerFailuresThanMaxFails_StaysIn()
    {
        var nodes = Nodes(new() { MaxFails = 3 }, new());
        Fail(nodes[0], 2);
        Assert.Equal(["0", "1"], Names(nodes, "round", 2));

        nodes[0].Marker.Reset();
        Fail(nodes[0], 2);
        Assert.Contains("0", Names(nodes, "round", 2));
    }

    [Fact]
    public void Select_AllFailed_IsTheFirstInOrder()
    {
        var nodes = Nodes(new(), new(), new());
        Array.ForEach(nodes, x => x.Marker.MarkFailure());

        Assert.Equal(["0", "0", "0"], Names(nodes, "random", 3));
    }

    [Fact]
    public void Select_TriedNodes_AreNotThere()
    {
        var nodes = Nodes(new(), new(), new());
        var selector = Selector(nodes, "fifo");

        Assert.Same(nodes[1], selector.Select(default, [nodes[0]]));
        Assert.Same(nodes[2], selector.Select(default, [nodes[0], nodes[1]]));
        Assert.Null(selector.Select(default, [.. nodes]));
    }

    [Fact]
    public void Select_TriedAndFailed_LastResortIsTheFirstUntried()
    {
        var nodes = Nodes(new(), new(), new());
        Array.ForEach(nodes, x => x.Marker.MarkFailure());

        Assert.Same(nodes[1], Selector(nodes, "round").Select(default, [nodes[0]]));
    }

    [Fact]
    public void Select_Backup_OnlyWithoutPrimary()
    {
        var nodes = Nodes(new() { Backup = true }, new(), new());
        Assert.Equal(["1", "2", "1", "2"], Names(nodes, "round", 4));

        nodes[1].Marker.MarkFailure();
        nodes[2].Marker.MarkFailure();

        Assert.Equal(["0", "0"], Names(nodes, "round", 2));
    }

    [Fact]
    public void Select_AllBackups_StrategyOverAll() =>
        Assert.Equal(["0", "1", "0"], Names(Nodes(new() { Backup = true }, new() { Backup = true }), "round", 3));

    [Fact]
    public void Select_UniqueHighestPriority_Wins() =>
        Assert.Equal(["2", "2"], Names(Nodes(new(), new() { Priority = 1 }, new() { Priority = 5 }), "round", 2));

    [Fact]
    public void Select_EqualPriorities_StrategyOverAll() =>
        Assert.Equal(["0", "1", "0"], Names(Nodes(new() { Priority = 5 }, new() { Priority = 5 }), "round", 3));

    [Fact]
    public void Select_SharedHighestPriority_StrategyWithinTheTier() =>
        Assert.Equal(["1", "2", "1"], Names(Nodes(new(), new() { Priority = 5 }, new() { Priority = 5 }), "round", 3));

    [Fact]
    public void Select_HighestPriorityIsBackup_PrimaryBelowWins() =>
        Assert.Equal(["1", "1"], Names(Nodes(new() { Priority = 5, Backup = true }, new() { Priority = 1 }, new()), "round", 2));

    [Fact]
    public void Select_OnlyBackupsLeft_HighestTierWins()
    {
        var nodes = Nodes(new() { Priority = 1, Backup = true }, new() { Priority = 5, Backup = true }, new());
        nodes[2].Marker.MarkFailure();

        Assert.Equal(["1", "1"], Names(nodes, "round", 2));
    }

    [Fact]
    public void Select_NegativePriority_GoesLast() =>
        Assert.Equal(["1", "1"], Names(Nodes(new() { Priority = -1 }, new()), "round", 2));

    [Fact]
    public void Select_Fifo_ComesBackToTheFirst()
    {
        var nodes = Nodes(new() { FailTimeout = TimeSpan.FromSeconds(30) }, new());
        Assert.Equal(["0", "0"], Names(nodes, "ha", 2));

        nodes[0].Marker.MarkFailure();
        Assert.Equal(["1", "1"], Names(nodes, "fifo", 2));

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["0"], Names(nodes, "fifo", 1));
    }

    [Fact]
    public void Select_Random_FollowsTheWeights()
    {
        var nodes = Nodes(new() { Weight = 1 }, new() { Weight = 3 }, new() { Weight = 6 });
        var counts = Names(nodes, "random", 10_000).CountBy(x => x).ToDictionary();

        Assert.InRange(counts["0"], 850, 1150);
        Assert.InRange(counts["1"], 2800, 3200);
        Assert.InRange(counts["2"], 5800, 6200);
    }

    [Fact]
    public void Select_Round_IgnoresTheWeights() =>
        Assert.Equal(["0", "1", "0", "1"], Names(Nodes(new() { Weight = 9 }, new()), "round", 4));

    [Fact]
    public void Select_Hash_IsCrc32OfTheClientModuloSurvivors()
    {
        var nodes = Nodes(new(), new(), new());
        var selector = Selector(nodes, "hash");

        foreach (var client in (string[])["10.0.0.1", "10.0.0.2", "192.168.1.77", "fd00::1"])
        {
            var expected = nodes[Crc32.Compute(System.Text.Encoding.ASCII.GetBytes(client)) % 3];
            Assert.Same(expected, selector.Select(Of(RoutingFixture.From(client)), null));
            Assert.Same(expected, selector.Select(Of(RoutingFixture.From(client)), null));
        }
    }

    [Fact]
    public void Select_Hash_MappedClientCountsAsIPv4()
    {
        var selector = Selector(Nodes(new(), new(), new()), "hash");

        Assert.Same(selector.Select(Of(RoutingFixture.From("10.0.0.7")), null), selector.Select(Of(RoutingFixture.From("::ffff:10.0.0.7")), null));
    }

    [Fact]
    public void Select_HashWithoutClient_IsByChance() =>
        Assert.Equal(2, Names(Nodes(new(), new()), "hash", 100).Distinct().Count());

    [Fact]
    public async Task Select_ManyThreads_ShareOneRound()
    {
        var nodes = Nodes(new(), new(), new(), new());
        var selector = Selector(nodes, "round");
        var counts = new int[4];

        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (_, _) =>
        {
            for (var i = 0; i < 1000; i++)
            {
                Interlocked.Increment(ref counts[Array.IndexOf(nodes, selector.Select(default, null))]);
            }

            return ValueTask.CompletedTask;
        });

        Assert.Equal([2000, 2000, 2000, 2000], counts);
    }

    [Fact]
    public void Select_Steady_AllocatesNothing()
    {
        var query = Of(RoutingFixture.From("10.0.0.1"));
        foreach (var strategy in (string[])["round", "random", "fifo", "hash"])
        {
            var selector = Selector(Nodes(new(), new() { Priority = 1 }, new() { Priority = 1 }), strategy);
            _ = selector.Select(query, null);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                _ = selector.Select(query, null);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void Select_MoreNodesThanFitOnTheStack_WorksAlike()
    {
        var nodes = Nodes([.. Enumerable.Range(0, 1000).Select(_ => new Traits())]);

        Assert.Equal(Enumerable.Range(0, 1000).Select(x => $"{x}"), Names(nodes, "round", 1000));
    }

    [Fact]
    public void Crc32_CheckValue_IsIeee() => Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));

    private static void Fail(Node node, int times)
    {
        for (var i = 0; i < times; i++)
        {
            node.Marker.MarkFailure();
        }
    }

    private static RouteQuery Of(Inbound inbound) => new(TargetNetwork.Tcp, null, inbound);

    private static Selector<Node> Selector(Node[] nodes, string strategy) =>
        new(nodes, SelectionStrategies.Create(strategy, new RoundCounter(), new Random(1)));

    private static List<string> Names(Node[] nodes, string strategy, int count)
    {
        var selector = Selector(nodes, strategy);
        return [.. Enumerable.Range(0, count).Select(_ => selector.Select(default, null)!.Name)];
    }

    private Node[] Nodes(params Traits[] traits) =>
        [.. traits.Select((x, i) => new Node(
            new NodeSeed($"{i}", "127.0.0.1:80", "", new NodeTraits(x.Weight, x.Backup, x.MaxFails, x.FailTimeout, x.Priority)),
            new FailureMarker(_time)))];

    private sealed record Traits
    {
        public int Weight { get; init; } = 1;
        public bool Backup { get; init; }
        public long MaxFails { get; init; } = 1;
        public TimeSpan FailTimeout { get; init; } = TimeSpan.FromSeconds(10);
        public long Priority { get; init; }
    }
}
