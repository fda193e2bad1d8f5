using Gost.Engine.Config;
using Gost.Ssh.Keys;

namespace Gost.Engine.Protocols.Ssh;

/// <summary>Files that options name.</summary>
internal static class KeyFile
{
    private const long MaxLength = 1 << 20;

    /// <summary>
    /// The private key that <c>privateKeyFile</c> and <c>passphrase</c> name; null = none, or one that cannot be used, which becomes a finding. It lives as
    /// long as connections sign with it.
    /// </summary>
    public static SshPrivateKey? Read(MetadataReader metadata)
    {
        var path = metadata.GetString("privateKeyFile");
        var passphrase = metadata.GetString("passphrase");
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        if (Check(path) is { } fault)
        {
            metadata.Findings.Add(new Finding(metadata.Pointer + "/privateKeyFile", fault));
            return null;
        }

        try
        {
            return SshPrivateKey.Parse(File.ReadAllBytes(path), passphrase);
        }
        catch (SshKeyException e)
        {
            var member = e.Problem is SshKeyProblem.PassphraseNeeded or SshKeyProblem.PassphraseWrong ? "passphrase" : "privateKeyFile";
            metadata.Findings.Add(new Finding($"{metadata.Pointer}/{member}", $"{path}: {e.Message}"));
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            metadata.Findings.Add(new Finding(metadata.Pointer + "/privateKeyFile", $"{path}: {e.Message}"));
        }

        return null;
    }

    /// <summary>Why a file cannot be read; null when it can.</summary>
    public static string? Check(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return file.Length > MaxLength ? $"{path}: the file is too large" : null;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return $"{path}: {e.Message}";
        }
    }

    /// <summary>The text of a file. Throws what <see cref="IsUnreadable"/> tells.</summary>
    public static string ReadText(string path) => new FileInfo(path).Length > MaxLength
        ? throw new InvalidDataException("the file is too large")
        : File.ReadAllText(path);

    /// <summary>Whether an exception is one of reading a file.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or NotSupportedException;
}
