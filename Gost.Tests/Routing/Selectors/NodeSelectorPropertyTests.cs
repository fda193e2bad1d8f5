using CsCheck;
using Gost.Engine.Routing;
using Gost.Engine.Routing.Selectors;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Routing.Selectors;

/// <summary>What holds for any nodes, compared with the rules written as plain queries.</summary>
public sealed class NodeSelectorPropertyTests
{
    private static readonly string[] Strategies = ["round", "random", "fifo", "hash"];

    private static readonly Gen<(int Weight, bool Backup, int Fails, int MaxFails, int Priority, bool Tried)> GenNode =
        Gen.Select(Gen.Int[1, 9], Gen.Bool, Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[-1, 2], Gen.Int[0, 3].Select(x => x == 0));

    [Fact]
    public void Select_AnyNodes_ObeysTheRules() =>
        Gen.Select(GenNode.Array[0, 8], Gen.Int[0, 3], Gen.Int).Sample((specs, strategy, seed) =>
        {
            FakeTimeProvider time = new();
            HashSet<Node> tried = [];
            var nodes = specs.Select((x, i) =>
            {
                NodeTraits traits = new(x.Weight, x.Backup, x.MaxFails, TimeSpan.FromSeconds(10), x.Priority);
                Node node = new(new NodeSeed($"{i}", "127.0.0.1:80", "", traits), new FailureMarker(time));
                for (var n = 0; n < x.Fails; n++)
                {
                    node.Marker.MarkFailure();
                }

                if (x.Tried)
                {
                    tried.Add(node);
                }

                return node;
            }).ToArray();
            Selector<Node> selector = new(nodes, SelectionStrategies.Create(Strategies[strategy], new RoundCounter(), new Random(seed)));

            var allowed = Allowed(nodes, tried);
            for (var i = 0; i < 20; i++)
            {
                var chosen = selector.Select(default, tried);
                Assert.True(chosen is null ? allowed.Count == 0 : allowed.Contains(chosen));
            }
        });

    [Fact]
    public void Select_Round_IsFairToWithinOne() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 200]).Sample((count, picks) =>
        {
            FakeTimeProvider time = new();
            Node[] nodes = [.. Enumerable.Range(0, count).Select(i =>
                new Node(new NodeSeed($"{i}", "127.0.0.1:80", "", NodeTraits.Default), new FailureMarker(time)))];
            Selector<Node> selector = new(nodes, new RoundStrategy(new RoundCounter()));
            var counts = Enumerable.Range(0, picks).Select(_ => selector.Select(default, null)).CountBy(x => x!.Name).Select(x => x.Value).ToList();

            Assert.True(counts.Max() - (counts.Count < count ? 0 : counts.Min()) <= 1);
        });

    private static List<Node> Allowed(Node[] nodes, HashSet<Node> tried)
    {
        var untried = nodes.Where(x => !tried.Contains(x)).ToList();
        var healthy = untried.Where(x => !x.IsFailed).ToList();
        if (healthy.Count == 0)
        {
            return [.. untried.Take(1)];
        }

        var primaries = healthy.Where(x => !x.Traits.Backup).ToList();
        var usable = primaries.Count > 0 ? primaries : healthy;
        var highest = usable.Max(x => x.Traits.Priority);
        return [.. usable.Where(x => x.Traits.Priority == highest)];
    }
}
