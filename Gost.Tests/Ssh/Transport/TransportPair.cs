using Gost.Ssh.Keys;
using Gost.Ssh.Transport;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

/// <summary>A client and a server of ours, connected in memory.</summary>
internal sealed class TransportPair : IAsyncDisposable
{
    private readonly SshPrivateKey _key;

    private TransportPair(SshPrivateKey key, SshTransport client, SshTransport server, SshPublicKey shown) =>
        (_key, Client, Server, Shown) = (key, client, server, shown);

    public SshTransport Client { get; }

    public SshTransport Server { get; }

    /// <summary>The key that the client was asked about.</summary>
    public SshPublicKey Shown { get; }

    public static async Task<TransportPair> ConnectAsync(
        SshTransportOptions? client = null, SshTransportOptions? server = null, string hostKey = SshKeyAlgorithms.Ed25519)
    {
        var key = SshPrivateKey.Generate(hostKey);
        DuplexPair streams = new(1024 * 1024);
        SshPublicKey? shown = null;
        var serving = SshTransport.AcceptAsync(streams.Far, server ?? new(), [key], TestContext.Current.CancellationToken);
        var connecting = SshTransport.ConnectAsync(
            streams.Near,
            client ?? new(),
            (x, _) =>
            {
                shown = x;
                return ValueTask.CompletedTask;
            },
            TestContext.Current.CancellationToken);
        await Task.WhenAll(serving, connecting);
        TransportPair pair = new(key, await connecting, await serving, shown!);
        pair.Client.MarkAuthenticated();
        pair.Server.MarkAuthenticated();
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        _key.Dispose();
    }
}
