using System.Runtime.InteropServices;
using Gost.Api.CommandLine;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Hosting;

/// <summary>One run of the program: start, signals, drain, exit code. Source: spec/cli.md section 1 (Signals and exit); contract.md, Start.</summary>
internal static class GostProgram
{
    /// <summary>
    /// Serves until SIGTERM or SIGINT, then drains; a second signal ends at once. SIGHUP reloads. Returns 0, or 1 when it could not start.
    /// </summary>
    public static async Task<int> ServeAsync(ProgramOptions options, CancellationToken cancellationToken)
    {
        GostSettings settings;
        Stream output;
        LogLevel level;
        try
        {
            settings = SettingsReader.Read(options, SettingsReader.ReadSources());
            level = settings.Log.MinimumLevel;
            output = LineLoggerProvider.Open(settings.Log.Output);
        }
        catch (Exception refusal) when (refusal is StartRefusedException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync($"gost: {refusal.Message}");
            return 1;
        }

        var json = !settings.Log.Format.Equals("text", StringComparison.OrdinalIgnoreCase);
        await using LineLoggerProvider lines = new(output, new LogLineFormat(json, TimeProvider.System));
        using var loggers = LoggerFactory.Create(x => x
            .SetMinimumLevel(level)
            .AddFilter("Microsoft", level < LogLevel.Information ? level : LogLevel.Warning)
            .AddProvider(lines));
        return await RunAsync(options, settings, loggers, cancellationToken);
    }

    private static async Task<int> RunAsync(ProgramOptions options, GostSettings settings, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger(typeof(GostProgram));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource abort = new();
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stop.Token.Register(stopped.SetResult);

        void OnStop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Log.Stopping(logger, signal.Signal.ToString());
            if (stop.IsCancellationRequested)
            {
                abort.Cancel();
            }
            else
            {
                stop.Cancel();
            }
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStop);
        foreach (var warning in options.Warnings)
        {
            Log.SourceWarning(logger, warning.Pointer, warning.Message);
        }

        // Caught from the first moment on: without a handler it would end the program. One that comes before there is a server is made up for.
        GostServer? reloaded = null;
        var hungUp = false;
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Volatile.Write(ref hungUp, true);
            Volatile.Read(ref reloaded)?.RequestReload();
        });
        try
        {
            await using var server = GostServer.Create(options, settings, loggers, TimeProvider.System);
            Interlocked.Exchange(ref reloaded, server);
            if (Volatile.Read(ref hungUp))
            {
                server.RequestReload();
            }

            await server.StartAsync(stop.Token);
            await stopped.Task;
            await server.StopAsync(settings.Drain, abort.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (ConfigException refusal)
        {
            foreach (var finding in refusal.Findings.Where(static x => x.Severity == FindingSeverity.Error))
            {
                Log.SourceError(logger, finding.Pointer, finding.Message);
            }
        }
        catch (Exception refusal) when (refusal is StartRefusedException or StoreException or IOException)
        {
            Log.StartRefused(logger, refusal.Message);
        }
        catch (Exception fault)
        {
            Log.StartFailed(logger, fault);
        }

        return 1;
    }
}
