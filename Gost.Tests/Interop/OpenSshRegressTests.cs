using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>
/// OpenSSH's own regress scripts (Debian: openssh-tests) with a TCP forward of ours between their clients and their server: the port that the scripts know
/// is ours, their sshd listens at another one.
/// </summary>
[BothLanes]
public sealed class OpenSshRegressTests
{
    private const string Source = "/usr/lib/openssh/regress";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("connect")]
    [InlineData("forwarding")]
    [InlineData("dynamic-forward")]
    public async Task Script_OverOurForward_Passes(string script)
    {
        using var regress = await CopyAsync();
        var (ours, theirs) = (Ports.Free(2), Ports.Free());
        Replace(regress, "\tPort\t\t\t$PORT\n\tAddressFamily", $"\tPort\t\t\t{theirs}\n\tAddressFamily");

        await RunAsync(regress, script, ours, theirs);
    }

    [Fact]
    public async Task ProxyConnect_OverOurForward_Passes()
    {
        using var regress = await CopyAsync();
        var ours = Ports.Free();
        await using TcpTarget sshd = new((socket, ct) => ServeInetdAsync(socket, regress.Path, ct));
        var text = await File.ReadAllTextAsync(regress.File("test-exec.sh"), Token);
        var line = text.Split('\n').Single(static x => x.Contains("echo proxycommand", StringComparison.Ordinal));
        Replace(regress, line, $"\techo proxycommand $OBJ/netcat 127.0.0.1 {ours}");

        await RunAsync(regress, "proxy-connect", ours, sshd.Port);
    }

    private static async Task<TempFolder> CopyAsync()
    {
        Programs.Require("ssh");
        Programs.Require("sshd");
        Assert.SkipUnless(Directory.Exists(Source), "openssh-tests is not installed");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "sshd of the scripts needs root to let its user in");
        Directory.CreateDirectory("/run/sshd");
        TempFolder folder = new();
        var copied = await ProgramOutput.RunAsync("cp", ["-a", Source + "/.", folder.Path], Token);
        Assert.True(copied.ExitCode == 0, copied.Error);
        return folder;
    }

    private static void Replace(TempFolder regress, string old, string next)
    {
        var path = regress.File("test-exec.sh");
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, next, StringComparison.Ordinal));
    }

    private static async Task RunAsync(TempFolder regress, string script, int ours, int theirs)
    {
        using TempFolder folder = new();
        await using var gost = await GostProcess.StartStoreAsync(folder, Token, "-L", $"tcp://127.0.0.1:{ours}/127.0.0.1:{theirs}");

        var result = await ProgramOutput.RunAsync(
            Programs.Require("env"),
            [
                "TEST_SHELL=sh", "TEST_SSH_UNSAFE_PERMISSIONS=1", $"TEST_SSH_PORT={ours}", "TEST_SSH_SFTPSERVER=/usr/lib/openssh/sftp-server",
                $"PATH={Environment.GetEnvironmentVariable("PATH")}:/usr/sbin", "sh", "test-exec.sh", regress.Path, regress.File(script + ".sh"),
            ],
            Token,
            regress.Path);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("ok ", result.Output, StringComparison.Ordinal);
        var services = JsonNode.Parse(await gost.Api.GetStringAsync("/config/services", Token))!;
        var stats = services["data"]!["list"]![0]!["status"]!["stats"]!;
        Assert.InRange((long)stats["inputBytes"]!, 1000, long.MaxValue);
        Assert.InRange((long)stats["outputBytes"]!, 1000, long.MaxValue);
        Assert.False(SocketTables.IsTaken(theirs, ProtocolType.Tcp) && script != "proxy-connect", "the script left its sshd behind");
    }

    /// <summary>sshd for one connection, over pipes: what the script starts itself without a forward between.</summary>
    private static async Task ServeInetdAsync(Socket socket, string regress, CancellationToken cancellationToken)
    {
        ProcessStartInfo info = new(Programs.Find("sshd")!, ["-i", "-f", Path.Combine(regress, "sshd_proxy"), "-E", Path.Combine(regress, "inetd.log")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(info)!;
        try
        {
            await using NetworkStream stream = new(socket);
            var input = CopyInputAsync(stream, process, cancellationToken);
            await process.StandardOutput.BaseStream.CopyToAsync(stream, cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            await input;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task CopyInputAsync(NetworkStream stream, Process process, CancellationToken cancellationToken)
    {
        try
        {
            var target = process.StandardInput.BaseStream;
            var buffer = new byte[32 * 1024];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                await target.FlushAsync(cancellationToken);
            }
        }
        catch (IOException)
        {
            // It has ended, which its output says.
        }

        process.StandardInput.Close();
    }
}
