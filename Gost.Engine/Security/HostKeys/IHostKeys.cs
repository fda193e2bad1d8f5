namespace Gost.Engine.Security.HostKeys;

/// <summary>The keys of far ends that the engine trusts because it met them before. Thread-safe.</summary>
public interface IHostKeys
{
    /// <summary>All of them, by host; a picture of now.</summary>
    IReadOnlyList<KnownHost> Known { get; }

    /// <summary>
    /// Forgets every key of a far end (<c>host:port</c>), so that the next one it shows is trusted; false = none was known. Throws
    /// <see cref="ControlPlane.StoreException"/>; nothing is changed then.
    /// </summary>
    ValueTask<bool> ForgetAsync(string host, CancellationToken cancellationToken);
}
