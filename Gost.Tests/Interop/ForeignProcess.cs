using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Gost.Tests.Testing;

namespace Gost.Tests.Interop;

/// <summary>A third-party server in a process of its own; dispose ends it. What it says is in <see cref="Log"/>.</summary>
internal sealed class ForeignProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private ForeignProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to stdout and stderr up to now.</summary>
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

    /// <summary>Starts a program, which <see cref="Programs.Require"/> found, and waits until it listens at a TCP port.</summary>
    public static Task<ForeignProcess> StartAsync(string program, int port, CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(program, port, ProtocolType.Tcp, cancellationToken, arguments);

    /// <summary>The same for a program that takes TCP or UDP.</summary>
    public static async Task<ForeignProcess> StartAsync(
        string program, int port, ProtocolType protocol, CancellationToken cancellationToken, params string[] arguments)
    {
        ProcessStartInfo info = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        ForeignProcess server = new(Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start"));
        try
        {
            await Eventually.TrueAsync(
                $"{program} at port {port}",
                TimeSpan.FromSeconds(30),
                () => server._process.HasExited
                    ? throw new InvalidOperationException($"{program} ended with {server._process.ExitCode}: {server.Log}")
                    : SocketTables.IsTaken(port, protocol),
                cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
