using Gost.Ssh;
using Gost.Ssh.Keys;
using Gost.Tests.Testing;

namespace Gost.Tests.Ssh;

/// <summary>A client and a server of ours over one stream in memory, from the first byte on.</summary>
internal sealed class WholeConnection : IAsyncDisposable
{
    private readonly SshPrivateKey _hostKey;

    private WholeConnection(SshPrivateKey hostKey, SshConnection client, SshConnection server) => (_hostKey, Client, Server) = (hostKey, client, server);

    public SshConnection Client { get; }

    public SshConnection Server { get; }

    /// <summary>Connects and logs in; whatever fails first is thrown.</summary>
    public static async Task<WholeConnection> OpenAsync(SshClientOptions client, Func<SshServerOptions, SshServerOptions> server, CancellationToken cancellationToken)
    {
        var key = SshPrivateKey.Generate(SshKeyAlgorithms.Ed25519);
        DuplexPair streams = new(1024 * 1024);
        var accepting = SshConnection.AcceptAsync(streams.Far, server(new SshServerOptions { HostKeys = [key] }), cancellationToken);
        var connecting = SshConnection.ConnectAsync(streams.Near, client, cancellationToken);
        try
        {
            return new WholeConnection(key, await connecting, await accepting);
        }
        catch
        {
            await Task.WhenAny(accepting);
            key.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        _hostKey.Dispose();
    }
}
