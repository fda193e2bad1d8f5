using System.Diagnostics;

namespace Gost.Tests.Testing;

/// <summary>What a program that ran to its end left behind.</summary>
internal sealed record ProgramOutput(int ExitCode, string Output, string Error)
{
    /// <summary>Starts a program and waits for its end; it is killed when the token is cancelled.</summary>
    public static async Task<ProgramOutput> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken, string? folder = null, string input = "")
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        GostProcess.CleanEnvironment(info);
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new ProgramOutput(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
