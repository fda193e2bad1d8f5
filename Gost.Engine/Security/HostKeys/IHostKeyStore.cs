using Gost.Engine.ControlPlane;

namespace Gost.Engine.Security.HostKeys;

/// <summary>Where SSH keys are kept that the program met or made itself. Thread-safe. What it holds is known once the definitions are loaded.</summary>
public interface IHostKeyStore
{
    /// <summary>The keys of far ends; a picture of now.</summary>
    IReadOnlyCollection<KnownHost> Known { get; }

    /// <summary>This host's own keys; a picture of now.</summary>
    IReadOnlyCollection<OwnHostKey> Own { get; }

    /// <summary>What a user does to make the program forget a far end's keys, in words that follow a colon.</summary>
    string HowToForget(string host);

    /// <summary>Keeps a far end's key durably. Throws <see cref="StoreException"/>; nothing is changed then.</summary>
    ValueTask TrustAsync(KnownHost host, CancellationToken cancellationToken);

    /// <summary>Forgets every key of a far end; false = none was kept. Throws <see cref="StoreException"/>; nothing is changed then.</summary>
    ValueTask<bool> ForgetAsync(string host, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a key of this host durably unless there is one of its type, and gives the one that is kept. Throws <see cref="StoreException"/>; nothing is
    /// changed then.
    /// </summary>
    ValueTask<OwnHostKey> KeepAsync(OwnHostKey key, CancellationToken cancellationToken);
}
