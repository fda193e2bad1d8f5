using System.Net.Security;
using System.Runtime.CompilerServices;

namespace Gost.Engine.Security;

/// <summary>
/// A TLS stream whose end may be said while it is read, and that keeps why its peer's certificate was refused, since the options, and so the check, are shared by
/// many. Owns the transport below.
/// </summary>
internal sealed class TlsPeer : SslStream
{
    private readonly Stream _transport;
    private readonly TlsGate _gate;

    /// <summary>Over a transport, before the handshake.</summary>
    public TlsPeer(Stream transport)
        : this(transport, new TlsGate(transport))
    {
    }

    private TlsPeer(Stream transport, TlsGate gate)
        : base(gate, leaveInnerStreamOpen: false) => (_transport, _gate) = (transport, gate);

    /// <summary>The reason in words; null = it was not refused.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The outcome of a check, which <paramref name="sender"/> is told; <paramref name="whose"/> goes before the reason's "certificate".</summary>
    public static bool Accept(object sender, string? refusal, string whose = "")
    {
        if (refusal is not null && sender is TlsPeer peer)
        {
            peer.Refusal = whose.Length == 0 ? refusal : refusal.Replace("certificate", whose + "certificate", StringComparison.Ordinal);
        }

        return refusal is null;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var waits = false;
        _gate.Begin();
        try
        {
            var reading = base.ReadAsync(buffer, cancellationToken);
            waits = !reading.IsCompleted;
            return waits ? EndAsync(reading) : reading;
        }
        finally
        {
            if (!waits)
            {
                _gate.End();
            }
        }
    }

    /// <summary>Says close_notify, as <see cref="SslStream.ShutdownAsync"/> does, but also beside a read. Called once, with no write under way.</summary>
    public override async Task ShutdownAsync()
    {
        var token = await _gate.MakeEndAsync(base.ShutdownAsync);
        if (!token.IsEmpty)
        {
            await _transport.WriteAsync(token);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> EndAsync(ValueTask<int> reading)
    {
        try
        {
            return await reading;
        }
        finally
        {
            _gate.End();
        }
    }
}
