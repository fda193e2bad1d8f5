using System.Net;

namespace Gost.Engine.Layers.ProxyProtocol;

/// <summary>What a PROXY protocol header says. Null addresses: the sender speaks for itself (v2 LOCAL) or does not know (UNKNOWN, UNSPEC).</summary>
internal sealed record ProxyHeader(EndPoint? Source, EndPoint? Destination);
