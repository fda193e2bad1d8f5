namespace Gost.Engine.Abstractions;

/// <summary>
/// A stream or datagram channel that a connector gave out before the far end has answered, because its protocol answers with the first data. A refusal is thrown
/// by whatever reads first. Source: spec/wire/relay.md section 4.1.
/// </summary>
internal interface ILateAnswer
{
    /// <summary>Says whom a refusal is blamed on; set by the route before it gives the stream out, forgotten with the answer.</summary>
    Func<FlowException, FlowException>? Blame { set; }

    /// <summary>
    /// Asks now and waits for the answer, for a while: a far end may keep it until the target has spoken. Disposes and throws <see cref="FlowException"/> when
    /// it is a refusal. For tests of a way; before anything else is done with it.
    /// </summary>
    ValueTask ConfirmAsync(CancellationToken cancellationToken);
}
