using System.Globalization;
using System.Text;

namespace Gost.Benchmarks.ControlPlane;

/// <summary>
/// The program in a process of its own with many services and a tenth as many chains in one document: import, lists, single changes, restart; time and memory.
/// Prints a Markdown table.
/// </summary>
internal static class ControlPlaneBenchmark
{
    private const int Repeats = 20;
    private const int PortsPerAddress = 1000;
    private const int FirstPort = 20_000;
    private const int ServicesPerChain = 10;

    public static async Task<int> RunAsync(string[] options)
    {
        var services = options is ["--services", var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 10_000;
        var folder = Directory.CreateTempSubdirectory("gost-benchmark-").FullName;
        var table = new MeasurementTable();
        try
        {
            await using (var gost = await MeasuredProgram.StartAsync(folder))
            {
                table.Add("start, empty store", gost.StartTime, gost);
                await MeasureChangesAsync(gost, table, services);
                table.Add("stop", await gost.StopAsync());
            }

            await using var again = await MeasuredProgram.StartAsync(folder);
            table.Add($"start, {services:N0} services bound", again.StartTime, again);
            table.Add("list, page of 50, first", await TimeAsync(() => again.GetAsync("/config/services?offset=5000&limit=50")), again);
            table.Add("stop", await again.StopAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"{services:N0} services, {Chains(services):N0} chains, {Environment.ProcessorCount} processors, .NET {Environment.Version}");
        Console.WriteLine();
        Console.WriteLine(table);
        return 0;
    }

    private static async Task MeasureChangesAsync(MeasuredProgram gost, MeasurementTable table, int services)
    {
        var document = Document(services);
        table.Add($"import as dry run ({document.Length / 1e6:F1} MB of JSON)", await TimeAsync(() => ImportAsync(gost, document, "merge&dryRun=true")), gost);
        table.Add("import", await TimeAsync(() => ImportAsync(gost, document, "merge")), gost);
        table.Add("import of the same document again", await TimeAsync(() => ImportAsync(gost, document, "merge")), gost);

        await MedianAsync("list, page of 50", _ => gost.GetAsync($"/config/services?offset={services / 2}&limit=50"));
        await MedianAsync("one service", _ => gost.GetAsync($"/config/services/s{services / 2}"));
        await MedianAsync("change of one service's target", i => gost.PutAsync($"/config/services/s{services / 2}", Service(services / 2, target: 1000 + i)));
        await MedianAsync("change of one chain's node", i => gost.PutAsync($"/config/chains/c{Chains(services) / 2}", Chain(Chains(services) / 2, target: 1000 + i)));
        await MedianAsync("one service more", i => gost.PostAsync("/config/services", Service(services + i, target: 9)));
        await MedianAsync("one service less", i => gost.DeleteAsync($"/config/services/s{services + i}"));
        table.Add("export of everything", await TimeAsync(() => gost.GetAsync("/config")), gost);

        async Task MedianAsync(string what, Func<int, Task> action)
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Repeats; i++)
            {
                times.Add(await TimeAsync(() => action(i)));
            }

            times.Sort();
            table.Add($"{what} (median of {Repeats})", times[Repeats / 2], gost);
        }
    }

    private static Task ImportAsync(MeasuredProgram gost, string document, string mode) => gost.PostAsync($"/config/import?mode={mode}", document);

    private static string Document(int services)
    {
        var text = new StringBuilder("{\"services\":[");
        for (var i = 0; i < services; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Service(i, target: 9));
        }

        text.Append("],\"chains\":[");
        for (var i = 0; i < Chains(services); i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Chain(i, target: 9));
        }

        return text.Append("]}").ToString();
    }

    private static int Chains(int services) => services / ServicesPerChain;

    // The first of each ten goes through a chain of its own.
    private static string Handler(int i) =>
        i % ServicesPerChain == 0 ? $$"""{"type":"tcp","chain":"c{{i / ServicesPerChain}}"}""" : """{"type":"tcp"}""";

    private static string Chain(int i, int target) =>
        $$$"""
        {"name":"c{{{i}}}","hops":[{"name":"hop-0","nodes":[{"name":"node-0","addr":"127.0.0.1:{{{target}}}","connector":{"type":"relay"},"dialer":{"type":"tcp"}}]}]}
        """;

    private static string Service(int i, int target) =>
        $$$"""
        {"name":"s{{{i}}}","addr":"127.0.1.{{{1 + (i / PortsPerAddress)}}}:{{{FirstPort + (i % PortsPerAddress)}}}","handler":{{{Handler(i)}}},"listener":{"type":"tcp"},"forwarder":{"nodes":[{"name":"target-0","addr":"127.0.0.1:{{{target}}}"}]}}
        """;

    private static async Task<TimeSpan> TimeAsync(Func<Task> action)
    {
        var start = TimeProvider.System.GetTimestamp();
        await action();
        return TimeProvider.System.GetElapsedTime(start);
    }
}
