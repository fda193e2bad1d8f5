using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Matrix;

/// <summary>A GOST 3.x program as it is in the field: named by <c>GOST_REFERENCE</c>, or <c>gost</c> on the path.</summary>
internal sealed partial class ReferencePeer(string program) : IPeer
{
    private readonly List<Process> _processes = [];
    private readonly TempFolder _folder = new();

    /// <summary>A peer, or a skipped test where there is no such program.</summary>
    public static async Task<ReferencePeer> RequireAsync()
    {
        var program = Environment.GetEnvironmentVariable("GOST_REFERENCE") is { Length: > 0 } named ? named : Programs.Find("gost");
        Assert.SkipUnless(program is not null && File.Exists(program), "no gost 3.x binary is on PATH or named by GOST_REFERENCE");
        var version = await ProgramOutput.RunAsync(program, ["-V"], TestContext.Current.CancellationToken, Path.GetTempPath());
        Assert.SkipUnless(ReferenceVersion().IsMatch(version.Output), $"{program} is no gost 3.x: {version.Output.Trim()}");
        return new ReferencePeer(program);
    }

    /// <inheritdoc/>
    public async Task<int> StartAsync(string listen, params string[] forwards)
    {
        var port = Ports.Free();
        ProcessStartInfo info = new(program) { WorkingDirectory = _folder.Path };
        info.ArgumentList.Add("-L");
        info.ArgumentList.Add(listen.Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        foreach (var forward in forwards)
        {
            info.ArgumentList.Add("-F");
            info.ArgumentList.Add(forward);
        }

        var process = Process.Start(info) ?? throw new InvalidOperationException("the program did not start");
        _processes.Add(process);
        var protocol = listen.StartsWith("udp:", StringComparison.Ordinal) || listen.StartsWith("rudp:", StringComparison.Ordinal) ? ProtocolType.Udp : ProtocolType.Tcp;
        await Eventually.TrueAsync(
            $"{listen} at port {port}", TimeSpan.FromSeconds(15), () => SocketTables.IsTaken(port, protocol), TestContext.Current.CancellationToken);
        return port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Dispose();
    }

    [GeneratedRegex(@"gost v?3\.\d+\.\d+.* \(go")]
    private static partial Regex ReferenceVersion();
}
