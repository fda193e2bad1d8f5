namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>A peer's bytes are no Shadowsocks with our key, are a repetition, or were cut.</summary>
internal sealed class ShadowsocksFault(string message) : IOException("shadowsocks: " + message);
