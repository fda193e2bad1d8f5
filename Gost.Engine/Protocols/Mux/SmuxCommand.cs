namespace Gost.Engine.Protocols.Mux;

/// <summary>What a smux frame is. Source: spec/wire/mux.md section 1.</summary>
internal enum SmuxCommand : byte
{
    Syn,
    Fin,
    Psh,
    Nop,
    Upd,
}
