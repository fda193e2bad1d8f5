using Gost.Api.Hosting;
using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>
/// <c>gost healthcheck</c>: asks the Web API that the same settings give whether it is ready. Source: contract.md, Start.
/// </summary>
internal static class HealthCheckCommand
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>The check within given surroundings.</summary>
    public static Func<(ProgramOptions Options, GostConfig Effective), CancellationToken, Task<int>> For(CommandLineHost host) =>
        async (read, token) => await RunAsync(read.Options, host, token);

    /// <summary>Gives 0 when the API says that it is ready or there is none, else 1.</summary>
    public static async Task<int> RunAsync(ProgramOptions options, CommandLineHost host, CancellationToken cancellationToken)
    {
        string address;
        try
        {
            if (SettingsReader.Read(options, SettingsReader.ReadSources()).Api is not { } api)
            {
                return 0;
            }

            address = api.Addr;
        }
        catch (StartRefusedException e)
        {
            await host.Error.WriteLineAsync($"gost: {e.Message}");
            return 1;
        }

        try
        {
            using HttpClient client = HealthCheckClient.Create(address, host, out var root);
            client.Timeout = AnswerTime;
            using var answer = await client.GetAsync(new Uri(root, "/healthz/ready"), cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return 0;
            }

            await host.Error.WriteLineAsync($"gost: {address} answered {(int)answer.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or UriFormatException && !cancellationToken.IsCancellationRequested)
        {
            await host.Error.WriteLineAsync($"gost: {address}: {e.Message}");
        }

        return 1;
    }
}
