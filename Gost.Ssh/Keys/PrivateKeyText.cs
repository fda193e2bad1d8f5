using System.Text;
using Gost.Ssh.Messages;

namespace Gost.Ssh.Keys;

/// <summary>Tells from the text of a private key whether a passphrase is wanted, so that a failure can be named.</summary>
internal static class PrivateKeyText
{
    private const string OpenSshBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private const string OpenSshEnd = "-----END OPENSSH PRIVATE KEY-----";

    /// <summary>Whether the key is encrypted; false where the text is no key.</summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal) || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            return true;
        }

        return IsOpenSsh(text) ?? IsPutty(text);
    }

    private static bool? IsOpenSsh(string text)
    {
        var begin = text.IndexOf(OpenSshBegin, StringComparison.Ordinal);
        var end = text.IndexOf(OpenSshEnd, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            return null;
        }

        var body = text[(begin + OpenSshBegin.Length)..end];
        var key = new byte[body.Length];
        if (!Convert.TryFromBase64String(body, key, out var length))
        {
            return false;
        }

        // "openssh-key-v1", a zero, then the name of the cipher.
        try
        {
            SshReader reader = new(key.AsSpan(0, length));
            reader.ReadBytes("openssh-key-v1\0".Length);
            return reader.ReadText(64) != "none";
        }
        catch (SshException)
        {
            return false;
        }
    }

    private static bool IsPutty(string text) =>
        text.StartsWith("PuTTY-User-Key-File-", StringComparison.Ordinal)
        && text.Contains("\nEncryption: ", StringComparison.Ordinal)
        && !text.Contains("\nEncryption: none", StringComparison.Ordinal);
}
