using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Binds;

/// <summary>The addresses that this engine holds for clients behind tunnels. Thread-safe; one per engine.</summary>
internal sealed class HeldBinds
{
    /// <summary>How many binds one service holds; more are refused.</summary>
    public const int MaxPerService = 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<HeldBind> _binds = [];
    private readonly Dictionary<string, int> _perService = new(StringComparer.Ordinal);

    /// <summary>Binds that are held now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _binds.Count;
            }
        }
    }

    /// <summary>A place for one more bind, which the caller disposes. Throws <see cref="FlowException"/> (bind) when the service holds too many.</summary>
    public HeldBind Reserve(BindOwner owner, TargetNetwork network)
    {
        lock (_gate)
        {
            var held = _perService.GetValueOrDefault(owner.Service);
            if (held >= MaxPerService)
            {
                throw new FlowException(FlowLayer.Bind, FlowError.NotPermitted, $"service {owner.Service} holds {MaxPerService} binds already");
            }

            _perService[owner.Service] = held + 1;
            HeldBind bind = new(this, owner, network);
            _binds.Add(bind);
            return bind;
        }
    }

    /// <summary>What the same owner left at <paramref name="wanted"/> when its tunnel fell silent; null = nothing.</summary>
    public HeldBind? FindStale(BindOwner owner, TargetNetwork network, IPEndPoint wanted)
    {
        HeldBind[] own;
        lock (_gate)
        {
            own = [.. _binds.Where(x => x.Owner == owner)];
        }

        return Array.Find(own, x => x.IsStaleAt(network, wanted));
    }

    /// <summary>Gives a place back; idempotent.</summary>
    internal void Release(HeldBind bind)
    {
        lock (_gate)
        {
            if (!_binds.Remove(bind))
            {
                return;
            }

            var left = _perService[bind.Owner.Service] - 1;
            if (left == 0)
            {
                _perService.Remove(bind.Owner.Service);
            }
            else
            {
                _perService[bind.Owner.Service] = left;
            }
        }
    }
}
