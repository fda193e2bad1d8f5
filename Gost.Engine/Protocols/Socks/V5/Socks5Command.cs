namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>What a SOCKS5 client asks for. Source: RFC 1928 section 4, spec/wire/socks5.md section 1.</summary>
internal enum Socks5Command : byte
{
    Connect = 0x01,
    Bind = 0x02,
    Associate = 0x03,

    /// <summary>GOST: bind TCP, each connection a stream of smux over this one.</summary>
    MuxBind = 0xf2,

    /// <summary>GOST: datagrams over this connection.</summary>
    UdpTunnel = 0xf3,
}
