using System.Diagnostics;
using System.Globalization;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Persistence;
using Gost.Tests.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Gost.Tests.ControlPlane;

public sealed class KillTests
{
    private const int Rounds = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AWriterThatIsKilledAHundredTimes_LosesNoAcknowledgedChange()
    {
        // Each round costs the start of a process, so two stores keep two cores busy.
        var changes = await Task.WhenAll(KillAgainAndAgainAsync(seed: 1, Rounds / 2), KillAgainAndAgainAsync(seed: 2, Rounds / 2));
        Assert.True(changes.Sum() >= Rounds);
    }

    private static async Task<int> KillAgainAndAgainAsync(int seed, int rounds)
    {
        using TempFolder folder = new();
        var path = folder.File("gost.db");
        Random random = new(seed);
        Dictionary<string, long> acknowledged = [];
        var changes = 0;
        for (var round = 0; round < rounds; round++)
        {
            changes += await RunAsync(path, random.Next(1, 40), random.Next(0, 3000), acknowledged);
            await CheckAsync(path, acknowledged);
        }

        return changes;
    }

    // Lets the writer acknowledge some changes, then kills it somewhere inside the next ones.
    private static async Task<int> RunAsync(string path, int changes, int spins, Dictionary<string, long> acknowledged)
    {
        ProcessStartInfo info = new(Environment.ProcessPath ?? throw new InvalidOperationException("no program"))
        {
            RedirectStandardOutput = true,
            Environment = { [KilledWriter.Variable] = path },
        };
        using var writer = Process.Start(info) ?? throw new InvalidOperationException("the writer did not start");
        var count = 0;
        try
        {
            while (await writer.StandardOutput.ReadLineAsync(Token) is { } line)
            {
                Record(line);
                if (count == changes)
                {
                    Thread.SpinWait(spins);
                    writer.Kill();
                }
            }
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync(CancellationToken.None);
        }

        Assert.True(count >= changes, $"the writer ended by itself after {count} changes");
        return count;

        void Record(string line)
        {
            // A line that was cut by the kill acknowledges nothing.
            if (line.Split(' ') is [var name, var text] && long.TryParse(text, CultureInfo.InvariantCulture, out var number))
            {
                acknowledged[name] = Math.Max(number, acknowledged.GetValueOrDefault(name));
                count++;
            }
        }
    }

    private static async Task CheckAsync(string path, Dictionary<string, long> acknowledged)
    {
        await using (var store = SqliteStores.Create($"Data Source={path}", TimeProvider.System))
        {
            var state = await store.LoadAsync(Token);
            Assert.Empty(state.Unreadable);
            foreach (var (name, number) in acknowledged)
            {
                var value = state.Find(ConfigKind.Services, name);
                Assert.NotNull(value);
                var stored = long.Parse((string)((ServiceConfig)value.Config).Metadata[KilledWriter.Number]!, CultureInfo.InvariantCulture); // Written by every change.
                Assert.True(stored >= number, $"{name} is at change {stored}; {number} was acknowledged");
                Assert.Equal(stored, value.Revision);
                Assert.True(value.Revision <= state.Revision);
            }
        }

        await using SqliteConnection connection = new($"Data Source={path};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
    }
}
