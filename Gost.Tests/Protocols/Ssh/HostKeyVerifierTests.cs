using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Ssh.Client;
using Gost.Engine.Protocols.Tcp;
using Gost.Engine.Security.HostKeys;
using Gost.Ssh;
using Gost.Ssh.Keys;
using Gost.Ssh.Transport;
using Gost.Tests.Security.HostKeys;
using Gost.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Protocols.Ssh;

public sealed class HostKeyVerifierTests : IDisposable
{
    private static readonly Target Node = new(TargetNetwork.Tcp, "Host", 2222);
    private readonly SshPrivateKey _key = SshPrivateKey.Generate("ssh-ed25519");
    private readonly SshPrivateKey _other = SshPrivateKey.Generate("ecdsa-sha2-nistp256");
    private readonly MemoryHostKeys _store = new();
    private readonly TempFolder _folder = new();
    private readonly HostKeyBook _book;

    public HostKeyVerifierTests() => _book = new HostKeyBook(_store, TimeProvider.System, NullLoggerFactory.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _book.Dispose();
        _key.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task FirstKey_IsTrustedAndPreferred_AndAnotherIsRefusedWithBothAndTheWayOut()
    {
        await Verifier().CheckAsync(_key.PublicKey, Token);
        await Verifier().CheckAsync(_key.PublicKey, Token);
        Assert.Equal("host:2222", Assert.Single(_store.Hosts).Host);
        Assert.Equal(["ssh-ed25519"], Verifier().Prefer(new SshTransportOptions()).KnownHostKeys);

        var refused = await RefusedAsync(Verifier(), _other);
        Assert.Contains("CHANGED", refused, StringComparison.Ordinal);
        Assert.Contains(_key.PublicKey.Fingerprint, refused, StringComparison.Ordinal);
        Assert.Contains(_other.PublicKey.Fingerprint, refused, StringComparison.Ordinal);
        Assert.Contains("forget host:2222", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strict_TakesWhatIsKnownOnly()
    {
        var refused = await RefusedAsync(Verifier(HostKeyCheck.Strict), _key);
        Assert.Contains("not known", refused, StringComparison.Ordinal);
        Assert.Contains(_key.PublicKey.Fingerprint, refused, StringComparison.Ordinal);
        Assert.Empty(_store.Hosts);

        await _book.TrustAsync("host:2222", _key.PublicKey, Token);
        await Verifier(HostKeyCheck.Strict).CheckAsync(_key.PublicKey, Token);
    }

    [Fact]
    public async Task Off_TakesAnyKey_AndKeepsNone()
    {
        await _book.TrustAsync("host:2222", _key.PublicKey, Token);
        await Verifier(HostKeyCheck.Off).CheckAsync(_other.PublicKey, Token);
        Assert.Single(_store.Hosts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PinnedKey_IsTheOnlyOne(bool byFingerprint)
    {
        var pin = HostKeyPin.Parse(byFingerprint ? _key.PublicKey.Fingerprint : "host " + _key.PublicKey);
        await Verifier(HostKeyCheck.Off, pin).CheckAsync(_key.PublicKey, Token);
        Assert.Contains("pinned", await RefusedAsync(Verifier(HostKeyCheck.Off, pin), _other), StringComparison.Ordinal);
        Assert.Empty(_store.Hosts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SHA256:short")]
    [InlineData("MD5:00:11")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3MAAACB")]
    public void PinThatIsNone_IsRefused(string text) => Assert.Null(HostKeyPin.Parse(text));

    [Fact]
    public async Task FileOfKnownHosts_ComesFirst()
    {
        var file = _folder.Write("known", $"[host]:2222 {_key.PublicKey}\n@revoked * {_other.PublicKey}\n");
        await Verifier(HostKeyCheck.Strict, knownHosts: file).CheckAsync(_key.PublicKey, Token);
        Assert.Contains("revoked", await RefusedAsync(Verifier(knownHosts: file), _other), StringComparison.Ordinal);
        using var third = SshPrivateKey.Generate("ssh-ed25519");
        Assert.Contains(file, await RefusedAsync(Verifier(knownHosts: file), third), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<SshException>(() => Verifier(knownHosts: file + "x").Prefer(new SshTransportOptions())).Message, StringComparison.Ordinal);
        Assert.Empty(_store.Hosts);

        File.WriteAllText(file, "");
        await Verifier(knownHosts: file).CheckAsync(third.PublicKey, Token);
        Assert.Single(_store.Hosts);
    }

    private static async Task<string> RefusedAsync(HostKeyVerifier verifier, SshPrivateKey key)
    {
        var refused = await Assert.ThrowsAsync<SshException>(() => verifier.CheckAsync(key.PublicKey, Token).AsTask());
        Assert.Equal(SshFailure.HostKey, refused.Failure);
        return refused.Message;
    }

    private HostKeyVerifier Verifier(HostKeyCheck check = HostKeyCheck.Tofu, HostKeyPin? pin = null, string? knownHosts = null) => new(
        Node,
        new SshDialerOptions("", null, null, default, default, default, 1, new TcpDialerOptions(null, 0), knownHosts, pin, check),
        _book);
}
