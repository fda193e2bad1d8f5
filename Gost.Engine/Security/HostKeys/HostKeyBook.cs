using Gost.Engine.ControlPlane;
using Gost.Ssh.Keys;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Security.HostKeys;

/// <summary>
/// The SSH keys of one engine: those of far ends, trusted on first use, and this host's own. What the store cannot keep holds until the program ends, with a
/// warning in the log. Thread-safe.
/// </summary>
internal sealed class HostKeyBook(IHostKeyStore? store, TimeProvider time, ILoggerFactory loggers) : IHostKeys, IDisposable
{
    private static readonly string[] OwnAlgorithms = [SshKeyAlgorithms.Ed25519, SshKeyAlgorithms.EcdsaP256];

    private readonly ILogger _logger = loggers.CreateLogger<HostKeyBook>();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, string Algorithm), KnownHost> _notKept = [];
    private readonly SemaphoreSlim _making = new(1, 1);
    private IReadOnlyList<SshPrivateKey>? _own;

    /// <inheritdoc/>
    public IReadOnlyList<KnownHost> Known
    {
        get
        {
            lock (_gate)
            {
                var kept = (store?.Known ?? []).Where(x => !_notKept.ContainsKey((x.Host, x.Algorithm)));
                return [.. kept.Concat(_notKept.Values).OrderBy(static x => x.Host, StringComparer.Ordinal).ThenBy(static x => x.Algorithm, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The keys that are known of a far end.</summary>
    public IReadOnlyList<KnownHost> Find(string host)
    {
        var name = host.ToLowerInvariant();
        return [.. Known.Where(x => x.Host == name)];
    }

    /// <summary>What a user does to make the program forget a far end's keys, in words that follow a colon.</summary>
    public string HowToForget(string host) => store?.HowToForget(host.ToLowerInvariant()) ?? "start the program again";

    /// <summary>From now on this is the key of a far end.</summary>
    public async ValueTask TrustAsync(string host, SshPublicKey key, CancellationToken cancellationToken)
    {
        KnownHost known = new(host.ToLowerInvariant(), key.Algorithm, Convert.ToBase64String(key.Blob.Span), time.GetUtcNow());
        HostKeyLog.Trusted(_logger, known.Host, key.Algorithm, key.Fingerprint);
        try
        {
            if (store is not null)
            {
                await store.TrustAsync(known, cancellationToken);
                return;
            }
        }
        catch (StoreException e)
        {
            HostKeyLog.NotKept(_logger, known.Host, e.Message);
        }

        lock (_gate)
        {
            _notKept[(known.Host, known.Algorithm)] = known;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ForgetAsync(string host, CancellationToken cancellationToken)
    {
        var name = host.ToLowerInvariant();
        var forgot = store is not null && store.Known.Any(x => x.Host == name) && await store.ForgetAsync(name, cancellationToken);
        lock (_gate)
        {
            foreach (var key in _notKept.Keys.Where(x => x.Host == name).ToArray())
            {
                forgot |= _notKept.Remove(key);
            }
        }

        if (forgot)
        {
            HostKeyLog.Forgotten(_logger, name);
        }

        return forgot;
    }

    /// <summary>
    /// This host's own keys, made and kept when they are wanted for the first time. They live as long as the engine.
    /// </summary>
    public async ValueTask<IReadOnlyList<SshPrivateKey>> OwnAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _own) is { } own)
        {
            return own;
        }

        await _making.WaitAsync(cancellationToken);
        try
        {
            if (_own is null)
            {
                List<SshPrivateKey> keys = [];
                foreach (var algorithm in OwnAlgorithms)
                {
                    keys.Add(await OwnAsync(algorithm, cancellationToken));
                }

                Volatile.Write(ref _own, keys);
            }

            return _own;
        }
        finally
        {
            _making.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _own ?? [])
        {
            key.Dispose();
        }

        _making.Dispose();
    }

    private async ValueTask<SshPrivateKey> OwnAsync(string algorithm, CancellationToken cancellationToken)
    {
        if (store?.Own.FirstOrDefault(x => x.Algorithm == algorithm) is { } kept)
        {
            try
            {
                return SshPrivateKey.Parse(kept.Text);
            }
            catch (SshKeyException e)
            {
                // Another one in its place would look like an attack to every client; only for this run.
                HostKeyLog.OwnDamaged(_logger, algorithm, e.Message);
                return SshPrivateKey.Generate(algorithm);
            }
        }

        OwnHostKey made = new(algorithm, SshPrivateKey.GenerateText(algorithm));
        try
        {
            if (store is not null)
            {
                made = await store.KeepAsync(made, cancellationToken);
            }
        }
        catch (StoreException e)
        {
            HostKeyLog.OwnNotKept(_logger, algorithm, e.Message);
        }

        var key = SshPrivateKey.Parse(made.Text);
        HostKeyLog.Made(_logger, algorithm, key.PublicKey.Fingerprint);
        return key;
    }
}
