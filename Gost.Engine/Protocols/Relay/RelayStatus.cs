namespace Gost.Engine.Protocols.Relay;

/// <summary>The answer to a request. Source: spec/wire/relay.md section 2.</summary>
internal enum RelayStatus : byte
{
    Ok = 0,
    BadRequest = 1,
    Unauthorized = 2,
    Forbidden = 3,
    Timeout = 4,
    ServiceUnavailable = 5,
    HostUnreachable = 6,
    NetworkUnreachable = 7,
    InternalServerError = 8,
}
