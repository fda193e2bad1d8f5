using System.Globalization;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>
/// Stock <c>sshd</c> (Debian: openssh-server) at a loopback port, with keys of its own in a folder of the test. It lets the user of the tests in by key.
/// </summary>
internal sealed class OpenSshServer : IAsyncDisposable
{
    private readonly string _config;
    private ForeignProcess? _process;

    private OpenSshServer(string config, int port) => (_config, Port) = (config, port);

    public int Port { get; }

    /// <summary>Whom the server lets in.</summary>
    public static string User => Environment.UserName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Makes a key pair with <c>ssh-keygen</c>; returns the private file.</summary>
    public static async Task<string> MakeKeyAsync(TempFolder folder, string name, string kind, string passphrase = "")
    {
        var file = folder.File(name);
        var made = await ProgramOutput.RunAsync(Programs.Require("ssh-keygen"), ["-q", "-t", kind, "-N", passphrase, "-C", "test", "-f", file], Token);
        Assert.True(made.ExitCode == 0, made.Error);
        return file;
    }

    /// <summary>Starts it; <paramref name="authorized"/> are public key files, <paramref name="lines"/> more lines of its configuration.</summary>
    public static async Task<OpenSshServer> StartAsync(TempFolder folder, string[] authorized, params string[] lines)
    {
        Programs.Require("sshd");
        if (Environment.IsPrivilegedProcess)
        {
            // Where a privileged one locks its children up.
            Directory.CreateDirectory("/run/sshd");
        }

        var hostKey = folder.File("host_key");
        if (!File.Exists(hostKey))
        {
            await MakeKeyAsync(folder, "host_key", "ed25519");
        }

        var keys = folder.Write("authorized_keys", string.Concat(authorized.Select(File.ReadAllText)));
        var port = Ports.Free();
        var config = folder.Write("sshd_config", string.Join('\n', [
            $"Port {port.ToString(CultureInfo.InvariantCulture)}", "ListenAddress 127.0.0.1", $"HostKey {hostKey}", $"AuthorizedKeysFile {keys}",
            "PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes",
            "AllowTcpForwarding yes", "GatewayPorts clientspecified", "MaxSessions 1000", "MaxStartups 100", .. lines, "",
        ]));
        OpenSshServer server = new(config, port);
        await server.ResumeAsync();
        return server;
    }

    /// <summary>Ends it with every connection.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _process = null;
        }
    }

    /// <summary>Starts it once more at the same port.</summary>
    public async Task ResumeAsync() => _process = await ForeignProcess.StartAsync(Programs.Require("sshd"), Port, Token, "-D", "-e", "-f", _config);

    public async ValueTask DisposeAsync() => await StopAsync();
}
