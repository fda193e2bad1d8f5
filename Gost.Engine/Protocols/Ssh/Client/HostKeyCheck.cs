namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>What is done about the key that an SSH server shows: option <c>hostKeyCheck</c>.</summary>
internal enum HostKeyCheck
{
    /// <summary>The key of the first time is trusted and kept; another one is refused.</summary>
    Tofu,

    /// <summary>Only keys that are known already.</summary>
    Strict,

    /// <summary>Any key, as GOST does.</summary>
    Off,
}
