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
    private readonly string? _shadow;
    private ForeignProcess? _process;

    private OpenSshServer(string config, string? shadow, int port) => (_config, _shadow, Port) = (config, shadow, port);

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
    public static Task<OpenSshServer> StartAsync(TempFolder folder, string[] authorized, params string[] lines) =>
        LaunchAsync(folder, authorized, null, lines);

    /// <summary>
    /// Starts one that lets the user in by a password, which it alone sees: in a mount namespace of its own another file lies over <c>/etc/shadow</c>.
    /// </summary>
    public static async Task<OpenSshServer> StartWithPasswordAsync(TempFolder folder, string password)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "root is needed to give sshd another file of passwords");
        var made = await ProgramOutput.RunAsync(Programs.Require("openssl"), ["passwd", "-6", password], Token);
        Assert.True(made.ExitCode == 0, made.Error);
        var users = (await File.ReadAllLinesAsync("/etc/shadow", Token)).Where(static x => !x.StartsWith(User + ":", StringComparison.Ordinal));
        var shadow = folder.Write("shadow", string.Join('\n', [$"{User}:{made.Output.Trim()}:19000:0:99999:7:::", .. users, ""]));
        return await LaunchAsync(folder, [], shadow, ["PasswordAuthentication yes"]);
    }

    private static async Task<OpenSshServer> LaunchAsync(TempFolder folder, string[] authorized, string? shadow, string[] lines)
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

        // Of equal lines the first one counts.
        var config = folder.Write("sshd_config", string.Join('\n', [
            .. lines, $"Port {port.ToString(CultureInfo.InvariantCulture)}", "ListenAddress 127.0.0.1", $"HostKey {hostKey}", $"AuthorizedKeysFile {keys}",
            "PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes",
            "AllowTcpForwarding yes", "GatewayPorts clientspecified", "MaxSessions 1000", "MaxStartups 100", "",
        ]));
        OpenSshServer server = new(config, shadow, port);
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
    public async Task ResumeAsync()
    {
        var sshd = Programs.Require("sshd");
        _process = _shadow is null
            ? await ForeignProcess.StartAsync(sshd, Port, Token, "-D", "-e", "-f", _config)
            : await ForeignProcess.StartAsync(
                Programs.Require("unshare"), Port, Token, "-m", "sh", "-c", $"mount --bind '{_shadow}' /etc/shadow && exec '{sshd}' -D -e -f '{_config}'");
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
