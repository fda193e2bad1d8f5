using BenchmarkDotNet.Attributes;
using Gost.Engine.Routing;
using Gost.Engine.Routing.Selectors;

namespace Gost.Benchmarks.Micro;

/// <summary>Choosing one of several targets: once for each TCP connection and UDP session.</summary>
[MemoryDiagnoser]
public class SelectorBenchmarks
{
    private Selector<Node>? _selector;

    [Params("round", "random", "fifo", "hash")]
    public string Strategy { get; set; } = "round";

    [Params(3, 64)]
    public int Targets { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var nodes = Enumerable.Range(0, Targets)
            .Select(static x => new Node(new NodeSeed($"target-{x}", $"192.0.2.{x}:80", "", NodeTraits.Default), new FailureMarker(TimeProvider.System)))
            .ToArray();
        _selector = new Selector<Node>(nodes, SelectionStrategies.Create(Strategy, new RoundCounter(), new Random(1)));
    }

    [Benchmark]
    public object? Select() => _selector?.Select(default, null);
}
