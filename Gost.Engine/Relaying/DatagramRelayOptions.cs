namespace Gost.Engine.Relaying;

/// <summary>How one datagram relay behaves.</summary>
/// <param name="IdleTimeout">Ends the relay after this time without a datagram in either direction; zero = never.</param>
/// <param name="EndWhenRefused">Whether an ICMP refusal of the target ends the relay, so that the client's next datagram may get another target.</param>
/// <param name="Addressed">
/// Whether each datagram has a way of its own: the one received from the client says where it goes, the one from the target's side who sent it, which
/// the client is told. A datagram that cannot be sent (unresolvable name, unreachable) is dropped, and the relay goes on.
/// </param>
internal readonly record struct DatagramRelayOptions(TimeSpan IdleTimeout, bool EndWhenRefused, bool Addressed = false);
