namespace Gost.Engine.Abstractions;

/// <summary>
/// Selects a target for a flow and opens the way to it; follows a target that cannot be reached by the remaining ones within the
/// dial budget; marks failures (spec/forwarding.md sections 1 and 2; design.md section 1). Sets <see cref="FlowCounters.Target"/>.
/// </summary>
public interface IForwarder
{
    /// <summary>A stream to a target; the caller owns it. Throws <see cref="FlowException"/> when none could be reached.</summary>
    ValueTask<DuplexStream> DialAsync(Inbound inbound, CancellationToken cancellationToken);

    /// <summary>Datagrams to a target; the caller owns the channel.</summary>
    ValueTask<IDatagramChannel> AssociateAsync(Inbound inbound, CancellationToken cancellationToken);

    /// <summary>Health of each target now.</summary>
    IReadOnlyList<TargetHealth> Health { get; }
}

/// <summary>State of one target as the status shows it.</summary>
public sealed record TargetHealth(string Name, string Addr, bool Up, long Fails, DateTimeOffset? LastFailure);
