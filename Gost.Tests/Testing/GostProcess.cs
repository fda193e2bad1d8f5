using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Gost.Tests.Testing.Lanes;

namespace Gost.Tests.Testing;

/// <summary>
/// The program as its users run it: the built executable in a process and a folder of its own. Dispose kills what still runs.
/// </summary>
internal sealed partial class GostProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigHup = 1;

    private readonly StringBuilder _log = new();
    private readonly Task _reader;

    private GostProcess(Process process, int? apiPort)
    {
        Process = process;
        ApiPort = apiPort;
        Api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{apiPort ?? 1}"), Timeout = TimeSpan.FromSeconds(30) };
        _reader = ReadLogAsync();
    }

    /// <summary>The executable that was built together with the tests.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "gost");

    public Process Process { get; }

    public int? ApiPort { get; }

    /// <summary>Calls the Web API; useless for a process that was started without one.</summary>
    public HttpClient Api { get; }

    /// <summary>What was written to stderr up to now.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts the program with an API on a free port and the store <c>data/gost.db</c> in the folder, and waits until it is ready.</summary>
    public static async Task<GostProcess> StartStoreAsync(TempFolder folder, CancellationToken cancellationToken, params string[] arguments)
    {
        var port = Ports.Free();
        var process = Start(folder, port, ["-api", $"127.0.0.1:{port}", .. arguments]);
        await process.WaitReadyAsync(cancellationToken);
        return process;
    }

    /// <summary>Starts the program without an API and waits until it listens at <paramref name="port"/>.</summary>
    public static async Task<GostProcess> StartAsync(
        TempFolder folder, int port, ProtocolType protocol, CancellationToken cancellationToken, params string[] arguments)
    {
        var process = Start(folder, null, arguments);
        await process.WaitListeningAsync(port, protocol, cancellationToken);
        return process;
    }

    /// <summary>Starts the program and waits for nothing.</summary>
    public static GostProcess Start(TempFolder folder, int? apiPort, params string[] arguments)
    {
        var info = new ProcessStartInfo(Executable, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder.Path,
        };
        CleanEnvironment(info);
        info.Environment["HOME"] = folder.Path;

        // Else the collector begins as late as the processor's cache is large, which hides for minutes whether memory stays flat. Hexadecimal: 4 MiB.
        info.Environment["DOTNET_GCgen0size"] = "400000";
        var process = Process.Start(info) ?? throw new InvalidOperationException("the program did not start");
        process.StandardInput.Close();
        return new GostProcess(process, apiPort);
    }

    /// <summary>Runs the program to its end.</summary>
    public static Task<ProgramOutput> RunAsync(TempFolder folder, CancellationToken cancellationToken, params string[] arguments) =>
        ProgramOutput.RunAsync(Executable, arguments, cancellationToken, folder.Path);

    /// <summary>Takes the settings of whoever runs the tests away, and sets the lane of this test case.</summary>
    public static void CleanEnvironment(ProcessStartInfo info)
    {
        foreach (var name in info.Environment.Keys.Where(static x => x.StartsWith("GOST_", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        info.Environment["Engine__Lane"] = TestLane.Name;
    }

    public async Task WaitReadyAsync(CancellationToken cancellationToken) => await Eventually.TrueAsync(
        "the program's readiness",
        TimeSpan.FromSeconds(60),
        async () =>
        {
            ThrowIfEnded();
            try
            {
                using var answer = await Api.GetAsync("/healthz/ready", cancellationToken);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        cancellationToken);

    public async Task WaitListeningAsync(int port, ProtocolType protocol, CancellationToken cancellationToken) => await Eventually.TrueAsync(
        $"listening at {protocol} port {port}",
        TimeSpan.FromSeconds(60),
        () =>
        {
            ThrowIfEnded();
            return SocketTables.IsTaken(port, protocol);
        },
        cancellationToken);

    public void Terminate() => Signal(SigTerm);

    public void HangUp() => Signal(SigHup);

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        Process.Kill();
        await Process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        Terminate();
        await Process.WaitForExitAsync(cancellationToken);
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
        }

        await _reader;
        Api.Dispose();
        Process.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    private void Signal(int signal)
    {
        if (kill(Process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"signal {signal} was not delivered: error {Marshal.GetLastPInvokeError()}");
        }
    }

    private void ThrowIfEnded()
    {
        if (Process.HasExited)
        {
            throw new InvalidOperationException($"the program ended with {Process.ExitCode}: {Log}");
        }
    }

    private async Task ReadLogAsync()
    {
        while (await Process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }
        }
    }
}
