using System.Text.RegularExpressions;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>The examples of the README, driven by the programs it names, against targets that answer.</summary>
[Collection(ProgramsCollection.Name)]
[BothLanes]
public sealed partial class ReadmeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Curl_PostsAService_AndGetsThroughIt()
    {
        Programs.Require("curl");
        await using var target = TcpTarget.Http("hello");
        using var folder = new TempFolder();
        await using var gost = await GostProcess.StartStoreAsync(folder, Token);
        var port = Ports.Free();
        var body = $$$"""
            {"name":"web","addr":":{{{port}}}","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwarder":{"nodes":[{"name":"target-0","addr":"{{{target.Address}}}"}]}}
            """;

        // No content type is given, as one does on a command line.
        var posted = await CurlAsync($"http://127.0.0.1:{gost.ApiPort}/config/services", "-d", body);
        var forwarded = await CurlAsync($"http://127.0.0.1:{port}/");

        Assert.Contains("\"msg\":\"OK\"", posted, StringComparison.Ordinal);
        Assert.Equal("hello", forwarded);
    }

    [Fact(Timeout = 60_000)]
    public async Task Dig_AsksThroughTheImportedUdpExample()
    {
        Programs.Require("curl");
        Programs.Require("dig");
        await using var dns = new DnsTarget();
        using var folder = new TempFolder();
        await using var gost = await GostProcess.StartStoreAsync(folder, Token);
        var port = Ports.Free();
        var example = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "examples", "udp-dns.yaml"), Token);
        var lines = TargetLine().Replace(ListenLine().Replace(example, $"${{1}}:{port}", 1), $"${{1}}{dns.Address}");
        Assert.NotEqual(example, lines);
        var file = folder.Write("udp-dns.yaml", lines);

        var imported = await CurlAsync(
            $"http://127.0.0.1:{gost.ApiPort}/config/import?mode=merge",
            "-X",
            "POST",
            "-H",
            "content-type: application/yaml",
            "--data-binary",
            $"@{file}");
        var answer = await ProgramOutput.RunAsync("dig", ["@127.0.0.1", "-p", $"{port}", "example.org", "+short", "+tries=3", "+time=5"], Token);

        Assert.Contains("\"msg\":\"OK\"", imported, StringComparison.Ordinal);
        Assert.Equal("192.0.2.1\n", answer.Output);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("README.md")]
    [InlineData("README.zh.md")]
    public async Task EveryGostCommand_IsConvertedByTheProgram(string name)
    {
        using var folder = new TempFolder();
        var text = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), name), Token);
        var commands = CommandLine().Matches(text).Select(static x => x.Groups[1].Value).Where(static x => !x.Contains(" -C ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            // The shell splits the words, as it does for a reader.
            var result = await ProgramOutput.RunAsync(
                "/bin/sh", ["-c", $"'{GostProcess.Executable}' {(command.Contains(" -O ", StringComparison.Ordinal) ? command : command + " -O yaml")}"], Token, folder.Path);
            Assert.True(result.ExitCode == 0, $"{command}: {result.Error}");
            Assert.StartsWith("services:", result.Output, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task EveryServiceBody_PassesADryRun()
    {
        Programs.Require("curl");
        using var folder = new TempFolder();
        await using var gost = await GostProcess.StartStoreAsync(folder, Token);
        var text = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "README.md"), Token);
        var bodies = Body().Matches(text).Select(static x => x.Groups[1].Value).ToList();
        Assert.NotEmpty(bodies);
        foreach (var body in bodies)
        {
            var answer = await CurlAsync($"http://127.0.0.1:{gost.ApiPort}/config/services?dryRun=true", "-d", body);
            Assert.Contains("\"dryRun\":true", answer, StringComparison.Ordinal);
        }
    }

    private static async Task<string> CurlAsync(string url, params string[] arguments)
    {
        var result = await ProgramOutput.RunAsync("curl", ["-sS", "--max-time", "20", url, .. arguments], Token);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gost.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not lie below the repository");
    }

    [GeneratedRegex(@"(addr:\s*""?)[^""\s]*:10053\b")]
    private static partial Regex ListenLine();

    [GeneratedRegex(@"(addr:\s*""?)[^""\s]+:53\b")]
    private static partial Regex TargetLine();

    [GeneratedRegex(@"^ {4}gost (-L .*?)(?: +#.*)?$", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"/config/services -d '([^']+)'")]
    private static partial Regex Body();
}
