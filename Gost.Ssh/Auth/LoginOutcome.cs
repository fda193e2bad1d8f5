namespace Gost.Ssh.Auth;

/// <summary>What comes of one request of a client that wants to log in.</summary>
internal enum LoginOutcome
{
    /// <summary>A try that failed.</summary>
    Refused,

    /// <summary>A question what there is, which is no try.</summary>
    Asked,

    /// <summary>The client turned to another method halfway.</summary>
    Left,

    /// <summary>A key that may be proved.</summary>
    KeyWelcome,

    /// <summary>The user is in.</summary>
    LetIn,
}
