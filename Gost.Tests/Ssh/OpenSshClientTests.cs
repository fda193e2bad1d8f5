using System.Net;
using System.Net.Sockets;
using Gost.Ssh;
using Gost.Ssh.Channels;
using Gost.Ssh.Keys;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh;

/// <summary>The client of OpenSSH with our server: logins by each method, a channel, and what is refused.</summary>
public sealed class OpenSshClientTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SshPrivateKey _hostKey = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _hostKey.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("password", "secret", 0)]
    [InlineData("keyboard-interactive", "secret", 0)]
    [InlineData("password", "wrong", 255)]
    [InlineData("keyboard-interactive", "wrong", 255)]
    public async Task Password_IsTakenWhenItIsRight(string method, string password, int expected)
    {
        var ask = _folder.Write("ask", $"#!/bin/sh\necho {password}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(ask, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var (output, user) = await RunAsync(
            x => x with { Password = static (user, given, _) => ValueTask.FromResult(user == "bob" && given == "secret") },
            [$"SSH_ASKPASS={ask}", "SSH_ASKPASS_REQUIRE=force"],
            $"-oPreferredAuthentications={method}",
            "-oNumberOfPasswordPrompts=2");

        Assert.Equal((expected, expected == 0 ? "said: hello" : "", expected == 0 ? "bob" : null), (output.ExitCode, output.Output, user));
        if (expected != 0)
        {
            Assert.Contains("Permission denied (password,keyboard-interactive)", output.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ed25519", "256", 0)]
    [InlineData("ecdsa", "384", 0)]
    [InlineData("rsa", "2048", 0)]
    [InlineData("ed25519", "256", 255)]
    public async Task Key_IsTakenWhenItIsAuthorized(string kind, string bits, int expected)
    {
        var file = _folder.File("key");
        var made = await ProgramOutput.RunAsync(Programs.Require("ssh-keygen"), ["-q", "-t", kind, "-b", bits, "-N", "", "-f", file], Token);
        Assert.Equal(0, made.ExitCode);
        var text = await File.ReadAllTextAsync(file + ".pub", Token);
        var keys = AuthorizedKeys.Parse(expected == 0 ? text : "");

        var (output, user) = await RunAsync(
            x => x with { PublicKey = (_, key, _) => ValueTask.FromResult(keys.Find(key, IPAddress.Loopback, DateTimeOffset.UnixEpoch) is not null) },
            [],
            "-oIdentitiesOnly=yes",
            "-oBatchMode=yes",
            "-i",
            file);

        Assert.True(expected == output.ExitCode, output.Error);
        Assert.Equal((expected == 0 ? "said: hello" : "", expected == 0 ? "bob" : null), (output.Output, user));
    }

    [Fact]
    public async Task OpenServer_TakesEveryone()
    {
        var (output, user) = await RunAsync(static x => x with { AllowNone = true }, [], "-oBatchMode=yes");

        Assert.Equal((0, "said: hello", "bob"), (output.ExitCode, output.Output, user));
    }

    [Fact]
    public async Task Shell_IsRefusedWithWords()
    {
        var (output, _) = await RunAsync(static x => x with { AllowNone = true }, [], "-oBatchMode=yes", "-shell");

        Assert.NotEqual(0, output.ExitCode);
        Assert.Contains("administratively prohibited: only forwarding is served here", output.Error, StringComparison.Ordinal);
    }

    private async Task<(ProgramOutput Output, string? User)> RunAsync(
        Func<SshServerOptions, SshServerOptions> server, string[] environment, params string[] arguments)
    {
        var (ssh, env) = (Programs.Require("ssh"), Programs.Require("env"));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, server(new SshServerOptions { HostKeys = [_hostKey] }));
        string[] what = arguments.Contains("-shell") ? ["bob@127.0.0.1", "id"] : ["-W", "said:1", "bob@127.0.0.1"];
        var output = await ProgramOutput.RunAsync(
            env,
            [.. environment, ssh, "-F", "none", "-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", .. arguments.Where(static x => x != "-shell"),
                "-p", $"{((IPEndPoint)listener.LocalEndpoint).Port}", .. what],
            Token,
            input: "hello");
        return (output, await serving);
    }

    /// <summary>Serves one client: what its channel sends comes back behind the name of its target. Gives the user, null when none was let in.</summary>
    private static async Task<string?> ServeAsync(TcpListener listener, SshServerOptions options)
    {
        var socket = await listener.AcceptSocketAsync(Token);
        try
        {
            await using var connection = await SshConnection.AcceptAsync(new NetworkStream(socket, ownsSocket: true), options, Token);
            while (await connection.AcceptChannelAsync(Token) is { } opening)
            {
                var target = ForwardMessages.ReadTcpIp(opening.Data);
                await using var channel = opening.Accept();
                await channel.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{target.Host}: "), Token);
                await channel.CopyToAsync(channel, Token);
                await channel.CompleteWritesAsync(Token);
            }

            return connection.UserName;
        }
        catch (SshException e) when (e.Failure is SshFailure.Authentication or SshFailure.Connection)
        {
            return null;
        }
    }
}
