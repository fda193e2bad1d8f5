namespace Gost.Ssh.Keys;

/// <summary>Why a key cannot be used.</summary>
public enum SshKeyProblem
{
    /// <summary>The text is no key, or a damaged one.</summary>
    Unreadable,

    /// <summary>A kind or a size of key that is not taken.</summary>
    Unsupported,

    /// <summary>The private key is encrypted and no passphrase was given.</summary>
    PassphraseNeeded,

    /// <summary>The passphrase does not open the private key.</summary>
    PassphraseWrong,
}
