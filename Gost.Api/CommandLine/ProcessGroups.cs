using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Gost.Api.CommandLine;

/// <summary>
/// Runs the groups of a command line that <c>--</c> divides: one process each, told its number by <c>_GOST_ID</c>.
/// Source: spec/cli.md section 1 (Repeated groups).
/// </summary>
internal static class ProcessGroups
{
    /// <summary>The groups, when a lone <c>--</c> stands between other arguments; else null.</summary>
    public static IReadOnlyList<IReadOnlyList<string>>? Split(IReadOnlyList<string> arguments)
    {
        List<IReadOnlyList<string>> groups = [];
        List<string> group = [];
        foreach (var argument in arguments.Append("--"))
        {
            if (argument != "--")
            {
                group.Add(argument);
            }
            else if (group.Count > 0)
            {
                groups.Add(group);
                group = [];
            }
        }

        return groups.Count > 1 ? groups : null;
    }

    /// <summary>
    /// Starts one process per group and waits for all of them; SIGTERM, SIGINT, SIGHUP and cancellation are passed on. Gives 0 when all
    /// ended well, else 1.
    /// </summary>
    public static async Task<int> RunAsync(IReadOnlyList<IReadOnlyList<string>> groups, CommandLineHost host, CancellationToken cancellationToken)
    {
        List<Process> children = [];
        var failed = false;
        try
        {
            void Forward(PosixSignalContext signal)
            {
                signal.Cancel = true;

                // A terminal sends its interrupt to the whole group; twice would end the children without draining.
                if (signal.Signal != PosixSignal.SIGINT || Console.IsInputRedirected)
                {
                    Send(children, Number(signal.Signal));
                }
            }

            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Forward);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Forward);
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Forward);
            using var cancelled = cancellationToken.Register(() => Send(children, Number(PosixSignal.SIGTERM)));
            for (var i = 0; i < groups.Count; i++)
            {
                var child = Process.Start(StartInfo(i, groups[i])) ?? throw new InvalidOperationException("no process was started");
                lock (children)
                {
                    children.Add(child);
                }
            }

            var exits = children.Select(async (child, i) =>
            {
                await child.WaitForExitAsync(CancellationToken.None);
                if (child.ExitCode != 0)
                {
                    await host.Error.WriteLineAsync($"gost: group {i} of {groups.Count} ended with {child.ExitCode}");
                }

                return child.ExitCode;
            });
            failed = (await Task.WhenAll(exits)).Any(static x => x != 0);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            await host.Error.WriteLineAsync($"gost: a group could not be started: {e.Message}");
            failed = true;
            Send(children, Number(PosixSignal.SIGTERM));
            await Task.WhenAll(children.Select(static x => x.WaitForExitAsync(CancellationToken.None)));
        }
        finally
        {
            children.ForEach(static x => x.Dispose());
        }

        return failed ? 1 : 0;
    }

    private static ProcessStartInfo StartInfo(int group, IReadOnlyList<string> arguments)
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("the program's own path is not known");
        ProcessStartInfo info = new(self) { UseShellExecute = false };
        info.Environment["_GOST_ID"] = group.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            info.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return info;
    }

    private static int Number(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        _ => 15,
    };

    private static void Send(List<Process> children, int signal)
    {
        lock (children)
        {
            foreach (var child in children.Where(static x => !x.HasExited))
            {
                _ = Kill(child.Id, signal);
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
