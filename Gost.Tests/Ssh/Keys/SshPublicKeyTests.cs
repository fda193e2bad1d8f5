using System.Security.Cryptography;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;
using Xunit;

namespace Gost.Tests.Ssh.Keys;

public sealed class SshPublicKeyTests
{
    [Fact]
    public void Fingerprint_IsWhatOpenSshShows()
    {
        // By ssh-keygen -lf.
        var key = SshPublicKey.Parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f comment");

        Assert.Equal("SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA", key.Fingerprint);
        Assert.Equal("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f", key.ToString());
        Assert.Equal(key, SshPublicKey.Decode(key.Blob));
        Assert.Equal(key.GetHashCode(), SshPublicKey.Decode(key.Blob).GetHashCode());
    }

    [Theory]
    [InlineData("ssh-ed25519", 31, SshKeyProblem.Unreadable)]
    [InlineData("ssh-ed25519", 33, SshKeyProblem.Unreadable)]
    [InlineData("ssh-dss", 32, SshKeyProblem.Unsupported)]
    [InlineData("ssh-ed25519-cert-v01@openssh.com", 32, SshKeyProblem.Unsupported)]
    public void Decode_OfTheWrongLengthOrKind_Throws(string kind, int length, SshKeyProblem expected)
    {
        var blob = new SshWriter().WriteText(kind).WriteString(new byte[length]).ToArray();

        Assert.Equal(expected, Assert.Throws<SshKeyException>(() => SshPublicKey.Decode(blob)).Problem);
    }

    [Fact]
    public void Decode_WithAnotherKindInside_Throws()
    {
        var blob = new SshWriter().WriteText("ssh-ed25519").WriteString(new byte[32]).ToArray();

        Assert.Equal(SshKeyProblem.Unreadable, Assert.Throws<SshKeyException>(() => new SshPublicKey("ssh-rsa", blob)).Problem);
        Assert.Equal(SshKeyProblem.Unreadable, Assert.Throws<SshKeyException>(() => SshPublicKey.Decode(blob.Concat("x"u8.ToArray()).ToArray())).Problem);
        Assert.Equal(SshKeyProblem.Unreadable, Assert.Throws<SshKeyException>(() => SshPublicKey.Decode(default)).Problem);
    }

    [Theory]
    [InlineData(1024, SshKeyProblem.Unsupported)]
    [InlineData(2047, SshKeyProblem.Unsupported)]
    [InlineData(16385, SshKeyProblem.Unsupported)]
    public void RsaModulus_OfAnUnfitSize_IsRefused(int bits, SshKeyProblem expected)
    {
        var modulus = new byte[(bits + 7) / 8];
        modulus[0] = (byte)(1 << ((bits - 1) % 8));
        modulus[^1] |= 1;
        var blob = new SshWriter().WriteText("ssh-rsa").WritePositiveInteger([1, 0, 1]).WritePositiveInteger(modulus).ToArray();

        Assert.Equal(expected, Assert.Throws<SshKeyException>(() => SshPublicKey.Decode(blob)).Problem);
    }

    [Fact]
    public void Verify_WithAPointBesideTheCurve_IsFalse()
    {
        byte[] point = [4, .. new byte[63], 1];
        var key = SshPublicKey.Decode(new SshWriter().WriteText("ecdsa-sha2-nistp256").WriteText("nistp256").WriteString(point).ToArray());
        var signature = new SshWriter().WriteText("ecdsa-sha2-nistp256")
            .WriteString(new SshWriter().WritePositiveInteger([1]).WritePositiveInteger([1]).Written.Span).ToArray();

        Assert.False(key.Verify("ecdsa-sha2-nistp256", "data"u8, signature));
    }

    [Fact]
    public void Verify_OfASha1Signature_IsFalse()
    {
        using var rsa = RSA.Create(2048);
        var parameters = rsa.ExportParameters(false);
        var key = SshPublicKey.Decode(new SshWriter().WriteText("ssh-rsa").WritePositiveInteger(parameters.Exponent).WritePositiveInteger(parameters.Modulus).ToArray());
#pragma warning disable CA5350 // What is not to be taken.
        var raw = rsa.SignData("data"u8.ToArray(), HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
#pragma warning restore CA5350
        foreach (var name in new[] { "ssh-rsa", "rsa-sha2-256" })
        {
            Assert.False(key.Verify(name, "data"u8, new SshWriter().WriteText(name).WriteString(raw).ToArray()));
        }

        raw = rsa.SignData("data"u8.ToArray(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Assert.True(key.Verify("rsa-sha2-256", "data"u8, new SshWriter().WriteText("rsa-sha2-256").WriteString(raw).ToArray()));
        Assert.False(key.Verify("rsa-sha2-512", "data"u8, new SshWriter().WriteText("rsa-sha2-512").WriteString(raw).ToArray()));
    }
}
