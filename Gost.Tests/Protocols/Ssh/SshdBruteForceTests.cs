using System.Net.Sockets;
using Gost.Engine.Config.Model;
using Gost.Ssh;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Ssh;

/// <summary>Passwords that are guessed.</summary>
public sealed class SshdBruteForceTests
{
    [Fact]
    public async Task TenWrongPasswordsInAMinute_AreTheLast_EvenForTheRightOne()
    {
        FakeTimeProvider time = new();
        await using var engine = await LiveEngine.StartAsync(time: time);
        await engine.CreateAsync(new ServiceConfig
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "sshd" },
            Listener = new ListenerConfig { Type = "sshd", Auth = new AuthConfig { Username = "user", Password = "pass" } },
        });
        var port = engine.Port("s");
        await LogInAsync(port, "pass");
        for (var i = 0; i < 5; i++)
        {
            // A wrong one is tried twice: as a password, and as the answer to a prompt.
            var refused = await Assert.ThrowsAsync<SshException>(() => LogInAsync(port, "wrong"));
            Assert.True(refused.Failure is SshFailure.Authentication or SshFailure.Connection, refused.ToString());
        }

        await Assert.ThrowsAnyAsync<Exception>(() => LogInAsync(port, "pass"));
        await Eventually.TrueAsync(
            "the refusal in the status",
            TimeSpan.FromSeconds(10),
            () => engine.Control.GetStatus("s")!.LastError?.Message.Contains("127.0.0.1", StringComparison.Ordinal) == true,
            LiveEngine.Token);

        time.Advance(TimeSpan.FromMinutes(1));
        await LogInAsync(port, "pass");
    }

    private static async Task LogInAsync(int port, string password)
    {
        NetworkStream stream = new(await LiveEngine.ConnectAsync(port), ownsSocket: true);
        SshClientOptions options = new() { UserName = "user", Password = password };
        await using var connection = await SshConnection.ConnectAsync(stream, options, LiveEngine.Token);
        Assert.True(connection.IsOpen);
    }
}
