using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>
/// KCP and TCP over the same path, a pair of tun devices between which a program drops and delays IP packets. Judges that everything arrives whole; the
/// figures are in the output, and those of record in docs/performance.md.
/// </summary>
[Collection(ProgramsCollection.Name)]
public sealed class LossyPathTests(ITestOutputHelper output)
{
    private const int NotHere = 77;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfer_OverADroppingPath_IsIntactByTcpAndByKcp()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "network namespaces exist on Linux only");
        var python = Programs.Require("python3");
        using TempFolder folder = new();
        var script = Path.Combine(AppContext.BaseDirectory, "lossy-path.py");
        var result = await ProgramOutput.RunAsync(
            python,
            [script, "--transport", "tcp=0.5", "--transport", "kcp=16?kcp.mode=fast2&kcp.sndwnd=1024&kcp.rcvwnd=1024", GostProcess.Executable],
            Token);
        Assert.SkipWhen(result.ExitCode == NotHere, $"root and network namespaces with tun devices are needed: {result.Error.Trim()}");
        output.WriteLine(result.Output);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(2, result.Output.Split('\n').Count(static x => x.Contains("intact", StringComparison.Ordinal)));
    }
}
