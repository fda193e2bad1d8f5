namespace Gost.Ssh;

/// <summary>Why a connection is ended. Source: RFC 4250 section 4.2.2.</summary>
public enum SshDisconnectReason
{
    /// <summary>1.</summary>
    HostNotAllowedToConnect = 1,

    /// <summary>2.</summary>
    ProtocolError = 2,

    /// <summary>3.</summary>
    KeyExchangeFailed = 3,

    /// <summary>5.</summary>
    MacError = 5,

    /// <summary>7.</summary>
    ServiceNotAvailable = 7,

    /// <summary>8.</summary>
    ProtocolVersionNotSupported = 8,

    /// <summary>9.</summary>
    HostKeyNotVerifiable = 9,

    /// <summary>10.</summary>
    ConnectionLost = 10,

    /// <summary>11.</summary>
    ByApplication = 11,

    /// <summary>12.</summary>
    TooManyConnections = 12,

    /// <summary>14.</summary>
    NoMoreAuthenticationMethodsAvailable = 14,
}
