using System.Diagnostics;
using Gost.Api.CommandLine;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.CommandLine;

public sealed class ProcessGroupsTests
{
    [Theory]
    [InlineData("-L a", 0)]
    [InlineData("-- -L a", 0)]
    [InlineData("-L a --", 0)]
    [InlineData("-L a -- -L b", 2)]
    [InlineData("-L a -- -- -L b -- -L c -F d", 3)]
    public void Split_LoneDashes_DivideWhatStandsAround(string line, int groups) => Assert.Equal(groups, ProcessGroups.Split(line.Split(' '))?.Count ?? 0);

    [Fact]
    public async Task Run_Groups_ArePrintedByProcessesOfTheirOwn()
    {
        var (exit, output, _) = await RunAsync("-L", "tcp://:1/a:1", "-O", "yaml", "--", "-L", "tcp://:2/b:1", "-F", "http://h:1", "-O", "yaml");

        Assert.Equal(0, exit);
        Assert.Contains("- name: go-0@target-0\n          addr: a:1\n", output, StringComparison.Ordinal);
        Assert.Contains("- name: go-1@target-0\n          addr: b:1\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AGroupThatFails_IsLoggedAndExitsWith1()
    {
        var (exit, output, error) = await RunAsync("-L", "foo://:1", "--", "-L", "tcp://:2", "-O", "yaml");

        Assert.Equal(1, exit);
        Assert.Contains("addr: :2", output, StringComparison.Ordinal);
        Assert.Contains("gost: group 0 of 2 ended with 1", error, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo info = new(GostProcess.Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info);
        Assert.NotNull(process);
        var token = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var error = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return (process.ExitCode, await output, await error);
    }
}
