using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>Stock <c>ssh</c> (Debian: openssh-client) as a client of ours, with the settings of nobody.</summary>
internal sealed class OpenSshClient(TempFolder folder, int port, string user = "user", string password = "pass")
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts <c>ssh -N</c> and waits until a port is listened at; dispose ends it.</summary>
    public Task<ForeignProcess> StartAsync(int listening, params string[] arguments)
    {
        Programs.Require("ssh");
        return ForeignProcess.StartAsync(Programs.Require("env"), listening, Token, [.. Command(), "-N", .. arguments, "127.0.0.1"]);
    }

    /// <summary>Runs <c>ssh</c> to its end.</summary>
    public Task<ProgramOutput> RunAsync(string input, params string[] arguments)
    {
        Programs.Require("ssh");
        return ProgramOutput.RunAsync(Programs.Require("env"), [.. Command(), .. arguments, "127.0.0.1"], Token, input: input);
    }

    private string[] Command()
    {
        var ask = folder.File("ask.sh");
        if (!File.Exists(ask))
        {
            folder.Write("ask.sh", $"#!/bin/sh\necho '{password}'\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(ask, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        return
        [
            $"SSH_ASKPASS={ask}", "SSH_ASKPASS_REQUIRE=force", "ssh", "-F", "/dev/null", "-p", $"{port}", "-l", user,
            "-o", "StrictHostKeyChecking=accept-new", "-o", $"UserKnownHostsFile={folder.File("known_by_ssh")}", "-o", "LogLevel=VERBOSE",
            "-o", "ExitOnForwardFailure=yes", "-o", "IdentitiesOnly=yes", "-o", "NumberOfPasswordPrompts=1", "-o", "ConnectTimeout=30",
        ];
    }
}
