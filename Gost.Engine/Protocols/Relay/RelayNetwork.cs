namespace Gost.Engine.Protocols.Relay;

/// <summary>What kind of flow a request is about; unknown values are read as TCP. Source: spec/wire/relay.md section 3.</summary>
internal enum RelayNetwork : ushort
{
    Tcp = 0,
    Udp = 1,
    Ip = 2,
    Unix = 0x10,
    Serial = 0x11,
}
