namespace Gost.Engine.Protocols.Relay;

/// <summary>What a request asks for; the low four bits of its second byte. Source: spec/wire/relay.md section 2.</summary>
internal enum RelayCommand : byte
{
    /// <summary>A way to a target; 0 on the wire means the same.</summary>
    Connect = 1,

    /// <summary>A listener at the far end.</summary>
    Bind = 2,

    /// <summary>Defined, but served by nobody: associations are asked for with <see cref="Bind"/>.</summary>
    Associate = 3,
}
