namespace Gost.Engine.Security.HostKeys;

/// <summary>A private key that services of this host prove themselves with; a secret.</summary>
/// <param name="Algorithm">The key's type, <c>ssh-ed25519</c> for one.</param>
/// <param name="Text">The key as a file without passphrase holds it.</param>
public sealed record OwnHostKey(string Algorithm, string Text)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"{nameof(OwnHostKey)} {{ {Algorithm} }}";
}
