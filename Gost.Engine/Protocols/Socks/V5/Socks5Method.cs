namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>How a SOCKS5 connection goes on after the greeting. Source: RFC 1928 section 3, spec/wire/socks5.md section 1 (0x80 and 0x82 are GOST's).</summary>
internal enum Socks5Method : byte
{
    None = 0x00,
    Password = 0x02,

    /// <summary>TLS inside the connection.</summary>
    Tls = 0x80,

    /// <summary>TLS, and user and password inside it.</summary>
    TlsPassword = 0x82,

    /// <summary>None of what was offered.</summary>
    NoneAcceptable = 0xff,
}
