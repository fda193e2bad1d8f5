using System.Net;
using System.Net.Security;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Quic;

/// <summary>Bound QUIC ports, leased by bind address and counted: a changed service keeps its port. Thread-safe.</summary>
internal sealed class QuicPorts(IQuicStack stack)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Shared> _ports = [];
    private readonly Dictionary<Key, Task> _closing = [];

    /// <summary>
    /// A share of the port of that address and ALPN, bound now unless it already is. Port 0 is one port per service and text. Throws
    /// <see cref="FlowException"/> (bind).
    /// </summary>
    public async ValueTask<QuicPortLease> LeaseAsync(
        EngineServices engine, string service, string addr, IReadOnlyList<SslApplicationProtocol> alpn, int backlog, CancellationToken cancellationToken)
    {
        var address = BindAddress.Parse(addr, "udp");
        var endPoint = await address.ResolveAsync("udp", cancellationToken);
        Key key = new(engine, address.Port == 0 ? $"{service} {addr}" : endPoint.ToString(), string.Join(' ', alpn));
        Shared? shared;
        lock (_gate)
        {
            if (!_ports.TryGetValue(key, out shared))
            {
                _ports[key] = shared = new Shared(OpenAsync(_closing.GetValueOrDefault(key), address, endPoint, alpn, backlog));
            }

            shared.Leases++;
        }

        try
        {
            return new QuicPortLease(await shared.Opening.WaitAsync(cancellationToken), () => ReleaseAsync(key, shared));
        }
        catch
        {
            await ReleaseAsync(key, shared);
            throw;
        }
    }

    private async Task<QuicPort> OpenAsync(
        Task? closing, BindAddress address, IPEndPoint endPoint, IReadOnlyList<SslApplicationProtocol> alpn, int backlog)
    {
        // Not within the lock, and after the one that is being closed there.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await (closing ?? Task.CompletedTask);
        return await QuicPort.OpenAsync(stack, address, endPoint, alpn, backlog);
    }

    private async Task ReleaseAsync(Key key, Shared shared)
    {
        Task closing;
        lock (_gate)
        {
            if (--shared.Leases > 0)
            {
                return;
            }

            _ports.Remove(key);
            _closing[key] = closing = CloseAsync(shared);
        }

        await closing;
        lock (_gate)
        {
            if (_closing.GetValueOrDefault(key) == closing)
            {
                _closing.Remove(key);
            }
        }
    }

    private static async Task CloseAsync(Shared shared)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await (await shared.Opening).DisposeAsync();
        }
        catch (FlowException)
        {
            // It was never open, which those who waited for it were told.
        }
    }

    private readonly record struct Key(EngineServices Engine, string Address, string Alpn);

    private sealed class Shared(Task<QuicPort> opening)
    {
        public Task<QuicPort> Opening { get; } = opening;

        public int Leases { get; set; }
    }
}
