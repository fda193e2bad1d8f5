using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;

namespace Gost.Tests.Security.HostKeys;

/// <summary>A store of SSH keys in memory, which cannot be written when told so.</summary>
internal sealed class MemoryHostKeys : IHostKeyStore
{
    public List<KnownHost> Hosts { get; } = [];

    public List<OwnHostKey> Keys { get; } = [];

    public StoreError? Fault { get; set; }

    public IReadOnlyCollection<KnownHost> Known => Hosts;

    public IReadOnlyCollection<OwnHostKey> Own => Keys;

    public string HowToForget(string host) => $"forget {host}";

    public ValueTask TrustAsync(KnownHost host, CancellationToken cancellationToken)
    {
        ThrowIfFaulty();
        Hosts.Add(host);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ForgetAsync(string host, CancellationToken cancellationToken)
    {
        ThrowIfFaulty();
        return new(Hosts.RemoveAll(x => x.Host == host) > 0);
    }

    public ValueTask<OwnHostKey> KeepAsync(OwnHostKey key, CancellationToken cancellationToken)
    {
        ThrowIfFaulty();
        Keys.Add(key);
        return new(key);
    }

    private void ThrowIfFaulty()
    {
        if (Fault is { } fault)
        {
            throw new StoreException(fault, $"the store: {fault}");
        }
    }
}
