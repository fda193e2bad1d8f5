using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks.V4;

/// <summary>What a SOCKS4 client asks for.</summary>
/// <param name="Command">1 connect, 2 bind.</param>
/// <param name="Address">Where to.</param>
/// <param name="User">Its user id; empty = none.</param>
internal sealed record Socks4Request(byte Command, Target Address, string User);
