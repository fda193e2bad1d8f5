using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;
using Gost.Ssh.Keys;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Security.HostKeys;

public sealed class HostKeyBookTests : IDisposable
{
    private readonly MemoryHostKeys _store = new();
    private readonly CollectedLog _log = new();
    private readonly HostKeyBook _book;

    public HostKeyBookTests() => _book = new HostKeyBook(_store, new FakeTimeProvider(), _log);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _book.Dispose();

    [Fact]
    public async Task OwnKeys_AreMadeOnce_AndTheSameForAnotherRun()
    {
        var first = await _book.OwnAsync(Token);
        Assert.Equal(["ssh-ed25519", "ecdsa-sha2-nistp256"], first.Select(static x => x.PublicKey.Algorithm));
        Assert.Same(first, await _book.OwnAsync(Token));

        using HostKeyBook another = new(_store, new FakeTimeProvider(), _log);
        Assert.Equal(first.Select(static x => x.PublicKey.Fingerprint), (await another.OwnAsync(Token)).Select(static x => x.PublicKey.Fingerprint));
        Assert.Equal(2, _store.Keys.Count);
    }

    [Fact]
    public async Task StoreThatCannotBeWritten_StillGivesKeysAndTrust_WithAWarning()
    {
        _store.Fault = StoreError.ReadOnly;
        using var key = SshPrivateKey.Generate("ssh-ed25519");
        await _book.TrustAsync("HOST:22", key.PublicKey, Token);
        var own = await _book.OwnAsync(Token);

        Assert.Equal(2, own.Count);
        Assert.Equal(key.PublicKey.Fingerprint, Assert.Single(_book.Find("host:22")).Fingerprint);
        Assert.Empty(_store.Hosts);
        Assert.Single(_log.Of("HostKeyNotKept"));
        Assert.Equal(2, _log.Of("OwnHostKeyNotKept").Count);
    }

    [Fact]
    public async Task ForgottenHost_IsUnknown_WhereverItWasKept()
    {
        using var key = SshPrivateKey.Generate("ssh-ed25519");
        await _book.TrustAsync("a:22", key.PublicKey, Token);
        _store.Fault = StoreError.DiskFull;
        await _book.TrustAsync("b:22", key.PublicKey, Token);
        await Assert.ThrowsAsync<StoreException>(() => _book.ForgetAsync("a:22", Token).AsTask());
        Assert.Single(_book.Find("a:22"));
        _store.Fault = null;

        Assert.True(await _book.ForgetAsync("A:22", Token));
        Assert.True(await _book.ForgetAsync("b:22", Token));
        Assert.False(await _book.ForgetAsync("b:22", Token));
        Assert.Empty(_book.Known);
    }
}
