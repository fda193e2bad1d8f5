namespace Gost.Ssh;

/// <summary>Why a channel is not opened. Source: RFC 4254 section 5.1.</summary>
public enum SshOpenRefusal
{
    /// <summary>1.</summary>
    AdministrativelyProhibited = 1,

    /// <summary>2: the target cannot be reached.</summary>
    ConnectFailed = 2,

    /// <summary>3.</summary>
    UnknownChannelType = 3,

    /// <summary>4.</summary>
    ResourceShortage = 4,
}
