using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Gost.Benchmarks.ControlPlane;

/// <summary>The built program with its store in a folder and its API on a free loopback port.</summary>
internal sealed partial class MeasuredProgram : IAsyncDisposable
{
    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly HttpClient _api;
    private readonly Task<string> _log;

    private MeasuredProgram(Process process, int port)
    {
        _process = process;
        _log = process.StandardError.ReadToEndAsync();
        _api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>From the start of the process to readiness: every definition bound.</summary>
    public TimeSpan StartTime { get; private set; }

    public static async Task<MeasuredProgram> StartAsync(string folder)
    {
        var port = FreePort();
        var start = TimeProvider.System.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "gost"), ["-api", $"127.0.0.1:{port}"])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("the program did not start");
        var program = new MeasuredProgram(process, port);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await program.IsReadyAsync())
        {
            await timer.WaitForNextTickAsync();
        }

        program.StartTime = TimeProvider.System.GetElapsedTime(start);
        return program;
    }

    public Task GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    public Task DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Source: proc(5), VmRSS of /proc/PID/status.</summary>
    public long ResidentKib()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(static x => x.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>SIGTERM; the time until the process is gone.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        if (kill(_process.Id, SigTerm) != 0)
        {
            throw new InvalidOperationException("the program could not be told to stop");
        }

        await _process.WaitForExitAsync();
        return _process.ExitCode == 0
            ? TimeProvider.System.GetElapsedTime(start)
            : throw new InvalidOperationException($"the program ended with {_process.ExitCode}: {await _log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _log;
        _api.Dispose();
        _process.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port; // bound just above
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"the program ended with {_process.ExitCode}: {await _log}");
        }

        try
        {
            using var answer = await _api.GetAsync("/healthz/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await _api.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text[..Math.Min(text.Length, 500)]}");
        }
    }
}
