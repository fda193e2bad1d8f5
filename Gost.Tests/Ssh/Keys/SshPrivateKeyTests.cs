using Gost.Ssh.Keys;
using Gost.Tests.Interop;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Keys;

public sealed class SshPrivateKeyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    public void Generated_SignsWhatItsPublicHalfVerifies(string algorithm)
    {
        using var key = SshPrivateKey.Generate(algorithm);
        using var other = SshPrivateKey.Generate(algorithm);

        var signature = key.Sign(algorithm, "data"u8);

        Assert.Equal(algorithm, key.PublicKey.Algorithm);
        Assert.True(key.PublicKey.Verify(algorithm, "data"u8, signature));
        Assert.False(key.PublicKey.Verify(algorithm, "other"u8, signature));
        Assert.False(other.PublicKey.Verify(algorithm, "data"u8, signature));
        Assert.False(key.PublicKey.Verify("rsa-sha2-256", "data"u8, signature));
        Assert.False(key.PublicKey.Verify(algorithm, "data"u8, signature.AsSpan(..^1)));
        Assert.False(key.PublicKey.Verify(algorithm, "data"u8, []));
        signature[^1] ^= 1;
        Assert.False(key.PublicKey.Verify(algorithm, "data"u8, signature));
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    public void GeneratedText_IsReadAgain(string algorithm)
    {
        var text = SshPrivateKey.GenerateText(algorithm);
        using var key = SshPrivateKey.Parse(text);
        using var again = SshPrivateKey.Parse(text);

        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.True(again.PublicKey.Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8)));
    }

    // Kind, bits, format of the file, and what it signs with.
    [Theory]
    [InlineData("ed25519", 0, "", "ssh-ed25519")]
    [InlineData("ecdsa", 256, "", "ecdsa-sha2-nistp256")]
    [InlineData("ecdsa", 384, "", "ecdsa-sha2-nistp384")]
    [InlineData("ecdsa", 521, "", "ecdsa-sha2-nistp521")]
    [InlineData("ecdsa", 256, "PEM", "ecdsa-sha2-nistp256")]
    [InlineData("ecdsa", 256, "PKCS8", "ecdsa-sha2-nistp256")]
    [InlineData("rsa", 2048, "", "rsa-sha2-512")]
    [InlineData("rsa", 2048, "PEM", "rsa-sha2-256")]
    [InlineData("rsa", 2048, "PKCS8", "rsa-sha2-512")]
    public async Task KeyOfSshKeygen_WithAndWithoutPassphrase_IsReadAndSigns(string kind, int bits, string format, string algorithm)
    {
        var program = Programs.Require("ssh-keygen");
        using TempFolder folder = new();
        foreach (var passphrase in new[] { "", "a phrase" })
        {
            var file = folder.File($"key{passphrase.Length}");
            string[] size = bits > 0 ? ["-b", $"{bits}"] : [];
            string[] shape = format.Length > 0 ? ["-m", format] : [];
            await RunAsync(program, ["-q", "-t", kind, .. size, .. shape, "-N", passphrase, "-C", "a comment", "-f", file]);
            var text = await File.ReadAllTextAsync(file, Token);

            using var key = SshPrivateKey.Parse(text, passphrase);

            var shown = await RunAsync(program, ["-l", "-f", file + ".pub"]);
            Assert.Equal(shown.Split(' ')[1], key.PublicKey.Fingerprint);
            Assert.Equal(SshPublicKey.Parse(await File.ReadAllTextAsync(file + ".pub", Token)), key.PublicKey);
            Assert.True(key.PublicKey.Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8)));
            if (passphrase.Length > 0)
            {
                Assert.Equal(SshKeyProblem.PassphraseNeeded, Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(text)).Problem);
                Assert.Equal(SshKeyProblem.PassphraseWrong, Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(text, "wrong")).Problem);
            }
        }
    }

    [Fact]
    public async Task GeneratedText_IsReadByOpenSsh()
    {
        var program = Programs.Require("ssh-keygen");
        using TempFolder folder = new();
        var file = folder.Write("key", SshPrivateKey.GenerateText(SshKeyAlgorithms.Ed25519));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using var key = SshPrivateKey.Parse(await File.ReadAllTextAsync(file, Token));

        Assert.Equal(key.PublicKey, SshPublicKey.Parse(await RunAsync(program, ["-y", "-f", file])));
    }

    [Theory]
    [InlineData("ed25519", "ssh-ed25519")]
    [InlineData("rsa", "rsa-sha2-256")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp256")]
    public async Task KeyOfPuTTY_WithAndWithoutPassphrase_IsRead(string kind, string algorithm)
    {
        var program = Programs.Require("puttygen");
        using TempFolder folder = new();
        foreach (var passphrase in new[] { "", "a phrase" })
        {
            var phrase = folder.Write("phrase", passphrase + "\n");
            var file = folder.File($"key{passphrase.Length}.ppk");
            string[] size = kind == "rsa" ? ["-b", "2048"] : kind == "ecdsa" ? ["-b", "256"] : [];
            await RunAsync(program, ["-q", "-t", kind, .. size, "--new-passphrase", phrase, "-o", file]);
            var text = await File.ReadAllTextAsync(file, Token);

            using var key = SshPrivateKey.Parse(text, passphrase);

            Assert.True(key.PublicKey.Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8)));
            if (passphrase.Length > 0)
            {
                Assert.Equal(SshKeyProblem.PassphraseNeeded, Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(text)).Problem);
                Assert.Equal(SshKeyProblem.PassphraseWrong, Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(text, "wrong")).Problem);
            }
        }
    }

    [Fact]
    public async Task SmallRsaKey_IsRefused()
    {
        var program = Programs.Require("ssh-keygen");
        using TempFolder folder = new();
        var file = folder.File("key");
        await RunAsync(program, ["-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", file]);

        var error = Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(File.ReadAllText(file)));

        Assert.Equal((SshKeyProblem.Unsupported, "the RSA key has 1024 bits; 2048 are the least and 16384 the most"), (error.Problem, error.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 1\nAAAA\n")]
    public void Nonsense_IsUnreadable(string text) =>
        Assert.Equal(SshKeyProblem.Unreadable, Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(text, "phrase")).Problem);

    [Fact]
    public async Task Sign_ByManyThreads_IsRightForEach()
    {
        using var key = SshPrivateKey.Generate(SshKeyAlgorithms.EcdsaP256);

        await Parallel.ForEachAsync(Enumerable.Range(0, 64), Token, (x, _) =>
        {
            var data = BitConverter.GetBytes(x);
            Assert.True(key.PublicKey.Verify(SshKeyAlgorithms.EcdsaP256, data, key.Sign(SshKeyAlgorithms.EcdsaP256, data)));
            return ValueTask.CompletedTask;
        });
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var output = await ProgramOutput.RunAsync(program, arguments, Token);
        Assert.True(output.ExitCode == 0, $"{program}: {output.Error}{output.Output}");
        return output.Output;
    }
}
