using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Gost.Ssh;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

/// <summary>Key exchange and packets with Debian's OpenSSH, which has every algorithm that is offered, in both roles.</summary>
public sealed class OpenSshTransportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Suites()
    {
        TheoryData<string, string, string> suites = [];
        foreach (var exchange in SshAlgorithms.KeyExchanges)
        {
            suites.Add(exchange, SshAlgorithms.Ciphers[0], SshAlgorithms.Macs[0]);
        }

        foreach (var cipher in SshAlgorithms.Ciphers)
        {
            suites.Add(SshAlgorithms.KeyExchanges[0], cipher, SshAlgorithms.Macs[0]);
        }

        foreach (var mac in SshAlgorithms.Macs)
        {
            suites.Add(SshAlgorithms.KeyExchanges[0], AlgorithmNames.Aes128Ctr, mac);
        }

        return suites;
    }

    [Fact]
    public async Task Server_OfOpenSsh_AgreesOnEveryAlgorithm()
    {
        var sshd = Programs.Require("sshd");
        using TempFolder folder = new();
        foreach (var (file, kind, bits) in (ReadOnlySpan<(string, string, string)>)[("ed", "ed25519", ""), ("ec2", "ecdsa", "256"), ("ec3", "ecdsa", "384"), ("ec5", "ecdsa", "521"), ("rsa", "rsa", "2048")])
        {
            RunKeygen(["-q", "-t", kind, .. bits.Length > 0 ? (string[])["-b", bits] : [], "-N", "", "-f", folder.File(file)]);
        }

        var port = Ports.Free();
        File.WriteAllLines(
            folder.File("config"),
            [.. ((string[])["ed", "ec2", "ec3", "ec5", "rsa"]).Select(x => "HostKey " + folder.File(x)), $"PidFile {folder.File("pid")}", "ListenAddress 127.0.0.1", "UsePAM no", "MaxStartups 100"]);
        await using var server = await ForeignProcess.StartAsync(sshd, port, Token, "-D", "-e", "-p", $"{port}", "-f", folder.File("config"));

        foreach (var row in Suites())
        {
            var (exchange, cipher, mac) = row.Data;
            await AskAsync(port, new() { KeyExchanges = [exchange], Ciphers = [cipher], Macs = [mac] }, SshKeyAlgorithms.Ed25519);
        }

        foreach (var signature in SshAlgorithms.Signatures)
        {
            await AskAsync(port, new() { HostKeySignatures = [signature] }, signature.StartsWith("rsa", StringComparison.Ordinal) ? SshKeyAlgorithms.Rsa : signature);
        }

        await AskAsync(port, new() { KnownHostKeys = [SshKeyAlgorithms.Rsa] }, SshKeyAlgorithms.Rsa);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Client_OfOpenSsh_AgreesOnEveryAlgorithm(string exchange, string cipher, string mac)
    {
        var user = await ServeAsync(
            new(), SshKeyAlgorithms.Ed25519, ["-oKexAlgorithms=" + exchange, "-oCiphers=" + cipher, "-oMACs=" + mac], static async transport =>
            {
                var user = await AuthenticateAsync(transport, MessageNumber.UserAuthFailure);
                await transport.DisconnectAsync(SshDisconnectReason.NoMoreAuthenticationMethodsAvailable, "that was all", Token);
                return user;
            });

        Assert.Equal("somebody", user);
    }

    [Theory]
    [InlineData(SshKeyAlgorithms.EcdsaP256, "1G", 16 * 1024)]
    [InlineData(SshKeyAlgorithms.Ed25519, "16K", 1024 * 1024)]
    [InlineData(SshKeyAlgorithms.Ed25519, "20K", 16 * 1024)]
    public async Task Client_OfOpenSsh_TakesAndMakesNewKeysAmidTraffic(string hostKey, string limitOfClient, int limitOfServer)
    {
        const int Requests = 2000;
        var replies = await ServeAsync(
            new() { RekeyBytes = limitOfServer }, hostKey, ["-oRekeyLimit=" + limitOfClient], static async transport =>
            {
                await AuthenticateAsync(transport, MessageNumber.UserAuthSuccess);
                transport.MarkAuthenticated();
                var sending = SendAsync(transport);
                var replies = 0;
                while (replies < Requests)
                {
                    var payload = await transport.ReceiveAsync(Token);
                    Assert.False(payload.IsEmpty);
                    replies += payload.Span[0] == MessageNumber.RequestFailure ? 1 : 0;
                }

                await sending;
                await transport.DisconnectAsync(SshDisconnectReason.ByApplication, "", Token);
                return replies;
            });

        Assert.Equal(Requests, replies);

        static async Task SendAsync(SshTransport transport)
        {
            var request = new SshWriter(MessageNumber.GlobalRequest).WriteText("nothing@example").WriteBoolean(true).WriteBytes(new byte[500]).ToArray();
            for (var i = 0; i < Requests; i++)
            {
                await transport.SendAsync(request, default, Token);
            }
        }
    }

    // Completes a key exchange, and one request under the new keys in each direction.
    private static async Task AskAsync(int port, SshTransportOptions options, string hostKey)
    {
        TcpClient connection = new();
        await connection.ConnectAsync(IPAddress.Loopback, port, Token);
        string? shown = null;
        await using var transport = await SshTransport.ConnectAsync(
            connection.GetStream(),
            options,
            (key, _) =>
            {
                shown = key.Algorithm;
                return ValueTask.CompletedTask;
            },
            Token);
        await transport.SendAsync(new SshWriter(MessageNumber.ServiceRequest).WriteText("ssh-userauth").Written, default, Token);
        Assert.Equal(MessageNumber.ServiceAccept, (await transport.ReceiveAsync(Token)).Span[0]);
        await transport.SendAsync(
            new SshWriter(MessageNumber.UserAuthRequest).WriteText("nobody").WriteText("ssh-connection").WriteText("none").Written, default, Token);
        Assert.Equal(MessageNumber.UserAuthFailure, (await transport.ReceiveAsync(Token)).Span[0]);
        Assert.Equal(hostKey, shown);
        Assert.StartsWith("SSH-2.0-OpenSSH", transport.PeerIdentification);
        Assert.Contains(SshKeyAlgorithms.RsaSha512, transport.PeerSignatureAlgorithms!);
        await transport.DisconnectAsync(SshDisconnectReason.ByApplication, "", Token);
    }

    private static async Task<T> ServeAsync<T>(SshTransportOptions options, string hostKey, string[] arguments, Func<SshTransport, Task<T>> serve)
    {
        var ssh = Programs.Require("ssh");
        using var key = SshPrivateKey.Generate(hostKey);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        ProcessStartInfo info = new(
            ssh,
            ["-v", "-F", "none", "-N", "-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oBatchMode=yes", .. arguments,
                "-p", $"{((IPEndPoint)listener.LocalEndpoint).Port}", "somebody@127.0.0.1"])
        { RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var log = process.StandardError.ReadToEndAsync(Token);
        try
        {
            var connection = await listener.AcceptTcpClientAsync(Token);
            await using var transport = await SshTransport.AcceptAsync(connection.GetStream(), options, [key], Token);
            Assert.True(transport.Agreed.IsStrict || !transport.PeerIdentification.Contains("OpenSSH_9.2p1 Debian-2+deb12u7", StringComparison.Ordinal));
            return await serve(transport).WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
        catch (Exception e)
        {
            process.Kill();
            throw new InvalidOperationException($"{e.Message}\n{await log}", e);
        }
        finally
        {
            await process.WaitForExitAsync(Token);
            await log;
        }
    }

    private static async Task<string> AuthenticateAsync(SshTransport transport, byte answer)
    {
        Assert.Equal(MessageNumber.ServiceRequest, (await transport.ReceiveAsync(Token)).Span[0]);
        await transport.SendAsync(new SshWriter(MessageNumber.ServiceAccept).WriteText("ssh-userauth").Written, default, Token);
        var user = ReadUser((await transport.ReceiveAsync(Token)).Span);
        SshWriter reply = new(answer);
        if (answer == MessageNumber.UserAuthFailure)
        {
            reply.WriteNames(["password"]).WriteBoolean(false);
        }

        await transport.SendAsync(reply.Written, default, Token);
        return user;
    }

    private static string ReadUser(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        Assert.Equal(MessageNumber.UserAuthRequest, reader.ReadByte());
        return reader.ReadText();
    }

    private static void RunKeygen(IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Programs.Require("ssh-keygen"), arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
