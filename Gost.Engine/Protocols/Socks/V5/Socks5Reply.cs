namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>What a SOCKS5 server answers. Source: RFC 1928 section 6.</summary>
internal enum Socks5Reply : byte
{
    Succeeded = 0,
    Failure = 1,
    NotAllowed = 2,
    NetworkUnreachable = 3,
    HostUnreachable = 4,
    Refused = 5,
    TimeToLiveExpired = 6,
    CommandUnsupported = 7,
    AddressUnsupported = 8,
}
