namespace Gost.Engine.Relaying;

/// <summary>How one datagram relay behaves.</summary>
/// <param name="IdleTimeout">Ends the relay after this time without a datagram in either direction; zero = never.</param>
/// <param name="EndWhenRefused">Whether an ICMP refusal of the target ends the relay, so that the client's next datagram may get another target.</param>
internal readonly record struct DatagramRelayOptions(TimeSpan IdleTimeout, bool EndWhenRefused);
