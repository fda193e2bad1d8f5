using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;
using Gost.Persistence;
using Gost.Ssh.Keys;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Persistence;

public sealed class FolderHostKeysTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string KeyFolder => _folder.File("keys");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("h:22", "h")]
    [InlineData("192.0.2.1:2222", "[192.0.2.1]:2222")]
    [InlineData("[2001:db8::1]:22", "2001:db8::1")]
    [InlineData("[2001:db8::1]:2222", "[2001:db8::1]:2222")]
    public async Task KnownHost_IsALineThatOpenSshReads(string host, string name)
    {
        using var key = SshPrivateKey.Generate("ssh-ed25519");
        var text = Convert.ToBase64String(key.PublicKey.Blob.Span);
        await Open().TrustAsync(new KnownHost(host, "ssh-ed25519", text, default), Token);

        Assert.Equal($"{name} ssh-ed25519 {text}\n", await File.ReadAllTextAsync(Path.Combine(KeyFolder, "known_hosts"), Token));
        Assert.Equal(host, Assert.Single(Open().Known).Host);
        var found = await ProgramOutput.RunAsync(Programs.Require("ssh-keygen"), ["-F", name, "-f", Path.Combine(KeyFolder, "known_hosts")], Token);
        Assert.Equal(0, found.ExitCode);
        Assert.True(await Open().ForgetAsync(host, Token));
        Assert.Empty(Open().Known);
    }

    [Fact]
    public async Task OwnKey_IsKeptOnce_ForItsOwnerOnly()
    {
        OwnHostKey key = new("ssh-ed25519", SshPrivateKey.GenerateText("ssh-ed25519"));
        Assert.Equal(key, await Open().KeepAsync(key, Token));
        Assert.Equal(key, await Open().KeepAsync(key with { Text = "another" }, Token));

        Assert.Equal([key], Open().Own);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(KeyFolder, "ssh_host_ed25519_key")));
        }

        Assert.Single(Directory.GetFiles(KeyFolder));
    }

    [Fact]
    public async Task FolderThatCannotBeMade_IsTheStoresFault()
    {
        await File.WriteAllTextAsync(KeyFolder, "a file", Token);
        await Assert.ThrowsAsync<StoreException>(() => Open().KeepAsync(new OwnHostKey("ssh-ed25519", "x"), Token).AsTask());
        Assert.Empty(Open().Own);
        Assert.Empty(Open().Known);
    }

    [Fact]
    public async Task StoreInMemory_KeepsKeysInTheFolder()
    {
        await using (var store = SqliteStores.Create("Data Source=:memory:", TimeProvider.System, KeyFolder))
        {
            await store.LoadAsync(Token);
            await store.HostKeys!.TrustAsync(new KnownHost("h:22", "ssh-ed25519", "AAAA", default), Token);
        }

        Assert.Single(Open().Known);
    }

    private FolderHostKeys Open() => new(KeyFolder);
}
