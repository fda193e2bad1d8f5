namespace Gost.Engine.Protocols.Socks.V4;

/// <summary>What a SOCKS4 server answers. Source: spec/wire/socks5.md section 12.</summary>
internal enum Socks4Reply : byte
{
    Granted = 0x5a,
    Rejected = 0x5b,

    /// <summary>The server could not ask the client's host who it is.</summary>
    NoIdentity = 0x5c,

    /// <summary>The user id is not let in.</summary>
    WrongUser = 0x5d,
}
