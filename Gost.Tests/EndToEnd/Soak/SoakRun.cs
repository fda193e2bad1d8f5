using System.Net.Sockets;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.EndToEnd.Soak;

/// <summary>
/// One program under mixed load for a time: samples are taken evenly, connections that do nothing live from the beginning to the end, and afterwards, without
/// load, the program comes to rest.
/// </summary>
internal sealed class SoakRun(string lane, TimeSpan length, Action<string> say)
{
    private const int IdleConnections = 50;

    // What is opened with first use.
    private const long RestAllowance = 16;

    // The kernel lane keeps 16 pipes a core for the next flow.
    private long KeptAtRest => lane == "portable" ? 0 : 32 * Environment.ProcessorCount;

    /// <summary>Time between samples: 10 s, or a fortieth of short runs.</summary>
    private TimeSpan Period => TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(10).Ticks, length.Ticks / 40));

    /// <summary>What is not counted at the beginning: a fifth, five minutes at most.</summary>
    private TimeSpan WarmUp => TimeSpan.FromTicks(Math.Min(TimeSpan.FromMinutes(5).Ticks, length.Ticks / 5));

    /// <summary>Runs to the end; throws for anything that is not as it should be.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using TempFolder folder = new();
        await using var gost = await GostProcess.StartStoreAsync(folder, cancellationToken, "-lane", lane);
        await using SoakServices services = new(gost);
        await services.CreateAsync(cancellationToken);
        var before = await ProgramSample.TakeAsync(gost, default, cancellationToken);
        Say($"at rest: {before}");
        List<Socket> idle = [];
        try
        {
            for (var i = 0; i < IdleConnections; i++)
            {
                idle.Add(await SoakTraffic.GreetedAsync(services.Echo, cancellationToken));
            }

            var samples = await LoadAsync(gost, services, cancellationToken);
            foreach (var connection in idle)
            {
                await SoakTraffic.ExchangeAsync(connection, new byte[100], 2, cancellationToken);
            }

            var faults = Flatness.Judge(samples, WarmUp);
            Assert.True(faults.Count == 0, $"{lane}: {string.Join("; ", faults)}\n{string.Join('\n', samples)}");
        }
        finally
        {
            idle.ForEach(static x => x.Dispose());
        }

        await Eventually.TrueAsync(
            $"{lane}: the end of every flow, with descriptors down to {before.Descriptors} and at most {RestAllowance + KeptAtRest} more",
            TimeSpan.FromSeconds(60),
            () => ProgramSample.CountDescriptors(gost) <= before.Descriptors + RestAllowance + KeptAtRest,
            cancellationToken);
        Say($"at rest again: {await ProgramSample.TakeAsync(gost, length, cancellationToken)}");
        Assert.Equal(0, await gost.StopAsync(cancellationToken));
    }

    private async Task<List<ProgramSample>> LoadAsync(GostProcess gost, SoakServices services, CancellationToken cancellationToken)
    {
        List<ProgramSample> samples = [];
        await using SoakLoad load = new(services, cancellationToken);
        using PeriodicTimer timer = new(Period);
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            while (TimeProvider.System.GetElapsedTime(start) is var at && at < length)
            {
                samples.Add(await ProgramSample.TakeAsync(gost, at, load.Ended));
                Say(samples[^1].ToString());
                await timer.WaitForNextTickAsync(load.Ended);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A worker stopped the load: it says why below.
        }

        await load.StopAsync();
        Say($"done: {load.Done}; {load.Loss:P3} of the datagrams without an answer");
        Assert.Equal(SoakLoad.AllKinds, load.Kinds);
        Assert.True(load.Loss < 0.01, $"{lane}: {load.Loss:P1} of the datagrams had no answer");
        return samples;
    }

    private void Say(string line) => say($"{lane,-8} {line}");
}
