using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Binds;

/// <summary>A place of <see cref="HeldBinds"/>: reserved before the address is bound, given back by disposing once it is free again. Any thread.</summary>
internal sealed class HeldBind(HeldBinds table, BindOwner owner, TargetNetwork network) : IDisposable
{
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Holding? _holding;

    /// <summary>Whose it is.</summary>
    public BindOwner Owner { get; } = owner;

    /// <summary>Ends when the address is free.</summary>
    public Task Freed => _freed.Task;

    /// <summary>
    /// The address is bound. <paramref name="isSilent"/> tells whether nothing was heard from the client for so long that it is probably gone;
    /// <paramref name="end"/> ends the bind without waiting. Both may be called from any thread until this is disposed.
    /// </summary>
    public void Hold(IPEndPoint local, Func<bool> isSilent, Action end) => Volatile.Write(ref _holding, new Holding(local, isSilent, end));

    /// <summary>Whether this is what stands in the way of <paramref name="wanted"/>, and its client is silent.</summary>
    public bool IsStaleAt(TargetNetwork wantedNetwork, IPEndPoint wanted) =>
        wantedNetwork == network && Volatile.Read(ref _holding) is { } holding && Overlap(holding.Local, wanted) && holding.IsSilent();

    /// <summary>Ends the bind; <see cref="Freed"/> tells when its address is free.</summary>
    public void End() => Volatile.Read(ref _holding)?.End();

    /// <inheritdoc/>
    public void Dispose()
    {
        table.Release(this);
        _freed.TrySetResult();
    }

    private static bool Overlap(IPEndPoint held, IPEndPoint wanted) =>
        held.Port == wanted.Port && (IsWildcard(held.Address) || IsWildcard(wanted.Address) || held.Address.Equals(wanted.Address));

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private sealed record Holding(IPEndPoint Local, Func<bool> IsSilent, Action End);
}
