using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gost.Engine.Security;

/// <summary>A file that a TLS setting names cannot be used; the message begins with the path and says why.</summary>
internal sealed class PemFileException(string path, string reason, Exception? inner = null) : Exception($"{path}: {reason}", inner)
{
    /// <summary>The file as it was named.</summary>
    public string Path { get; } = path;
}

/// <summary>Reads certificates and keys in PEM form, with the reason in words when it cannot.</summary>
internal static class PemFile
{
    // Bundles of authorities have some 250 KB; a device that never ends must not fill the memory.
    private const int MaxLength = 4 << 20;

    /// <summary>The certificates of a file, first one first; at least one. Throws <see cref="PemFileException"/>.</summary>
    public static X509Certificate2Collection ReadCertificates(string path)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(ReadText(path));
        }
        catch (CryptographicException e)
        {
            throw new PemFileException(path, $"a certificate in it cannot be read: {e.Message}", e);
        }

        return certificates.Count > 0 ? certificates : throw new PemFileException(path, "it holds no certificate in PEM form");
    }

    /// <summary>The first certificate of <paramref name="certFile"/> with the key of <paramref name="keyFile"/>. Throws <see cref="PemFileException"/>.</summary>
    public static X509Certificate2 ReadWithKey(string certFile, string keyFile)
    {
        var certificate = ReadText(certFile);
        var key = ReadText(keyFile);
        if (!certificate.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            throw new PemFileException(certFile, "it holds no certificate in PEM form");
        }

        if (key.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal) || key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new PemFileException(keyFile, "the key is encrypted; store it without a password");
        }

        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new PemFileException(keyFile, "it holds no private key in PEM form");
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new PemFileException(keyFile, $"it is no key of the certificate in {certFile}, or of a kind that is not supported: {e.Message}", e);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var buffer = new byte[64 << 10];
            using MemoryStream text = new();
            int count;
            while ((count = file.Read(buffer)) > 0)
            {
                if (text.Length + count > MaxLength)
                {
                    throw new PemFileException(path, $"it is larger than {MaxLength >> 20} MiB");
                }

                text.Write(buffer, 0, count);
            }

            return System.Text.Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PemFileException(path, "there is no such file", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PemFileException(path, Directory.Exists(path) ? "it is a folder" : "the program may not read it", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new PemFileException(path, e.Message, e);
        }
    }
}
