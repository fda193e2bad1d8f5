using Gost.Ssh;
using Gost.Ssh.Algorithms;
using Xunit;

namespace Gost.Tests.Ssh.Algorithms;

public sealed class KeyExchangeTests
{
    public static TheoryData<string> Names => [.. SshAlgorithms.KeyExchanges];

    // Source: RFC 7748 section 6.1.
    [Theory]
    [InlineData(
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")]
    [InlineData(
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")]
    public void Curve25519_OfTheRfc_GivesItsKeysAndSecret(string own, string ownPublic, string peer)
    {
        using Curve25519Exchange exchange = new(Convert.FromHexString(own));

        Assert.Equal(ownPublic, Convert.ToHexStringLower(exchange.PublicKey.Span));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Convert.ToHexStringLower(exchange.Agree(Convert.FromHexString(peer))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Agree_BothSides_HaveOneSecret(string name)
    {
        using var near = KeyExchanges.Create(name);
        using var far = KeyExchanges.Create(name);
        var secret = near.Agree(far.PublicKey.Span);

        Assert.Equal(secret, far.Agree(near.PublicKey.Span));
        Assert.Contains(secret, static x => x != 0);
        Assert.NotEqual(near.PublicKey.ToArray(), far.PublicKey.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Agree_WithWhatIsNoKeyOfTheCurve_IsRefused(string name)
    {
        using var exchange = KeyExchanges.Create(name);
        var key = exchange.PublicKey.ToArray();
        byte[] zero = new byte[key.Length];
        byte[] off = [.. key[..^1], (byte)(key[^1] ^ 1)];
        foreach (var wrong in name.StartsWith("ecdh", StringComparison.Ordinal) ? (byte[][])[[], key[1..], [.. key, 0], zero, off] : [[], key[1..], [.. key, 0], zero])
        {
            var failure = Assert.Throws<SshException>(() => exchange.Agree(wrong));
            Assert.Equal((SshFailure.Protocol, SshDisconnectReason.KeyExchangeFailed), (failure.Failure, failure.Reason));
        }
    }
}
