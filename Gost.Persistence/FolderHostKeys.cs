using System.Globalization;
using Gost.Engine.Security.HostKeys;

namespace Gost.Persistence;

/// <summary>
/// SSH keys in files that OpenSSH's tools read, for a program without a store of its own: <c>known_hosts</c> and the host keys beside it. Several programs
/// may share the folder. Any thread.
/// </summary>
internal sealed class FolderHostKeys(string folder) : IHostKeyStore
{
    private const int DefaultPort = 22;

    private readonly Lock _gate = new();
    private readonly string _known = Path.Combine(folder, "known_hosts");

    /// <inheritdoc/>
    public IReadOnlyCollection<KnownHost> Known
    {
        get
        {
            lock (_gate)
            {
                try
                {
                    return File.Exists(_known) ? [.. File.ReadLines(_known).Select(Read).OfType<KnownHost>()] : [];
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return [];
                }
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<OwnHostKey> Own
    {
        get
        {
            List<OwnHostKey> keys = [];
            foreach (var algorithm in (ReadOnlySpan<string>)["ssh-ed25519", "ecdsa-sha2-nistp256"])
            {
                try
                {
                    if (File.Exists(OwnFile(algorithm)))
                    {
                        keys.Add(new OwnHostKey(algorithm, File.ReadAllText(OwnFile(algorithm))));
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // As if it were not there; keeping another one will say why not.
                }
            }

            return keys;
        }
    }

    /// <inheritdoc/>
    public string HowToForget(string host) => $"ssh-keygen -f {_known} -R '{NameOf(host)}'";

    /// <inheritdoc/>
    public ValueTask TrustAsync(KnownHost host, CancellationToken cancellationToken)
    {
        Do(() => File.AppendAllText(_known, $"{NameOf(host.Host)} {host.Algorithm} {host.Key}\n"));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ForgetAsync(string host, CancellationToken cancellationToken)
    {
        var forgot = false;
        Do(() =>
        {
            var lines = File.Exists(_known) ? File.ReadAllLines(_known) : [];
            string[] rest = [.. lines.Where(x => Read(x)?.Host != host)];
            forgot = rest.Length < lines.Length;
            if (forgot)
            {
                var next = _known + ".next";
                File.WriteAllLines(next, rest);
                File.Move(next, _known, overwrite: true);
            }
        });
        return new(forgot);
    }

    /// <inheritdoc/>
    public ValueTask<OwnHostKey> KeepAsync(OwnHostKey key, CancellationToken cancellationToken)
    {
        var kept = key;
        Do(() =>
        {
            var path = OwnFile(key.Algorithm);
            if (!File.Exists(path))
            {
                // Complete before it has its name, and never over one that another program has made meanwhile.
                var next = $"{path}.{Environment.ProcessId}";
                FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                using (StreamWriter writer = new(next, options))
                {
                    writer.Write(key.Text);
                }

                try
                {
                    File.Move(next, path, overwrite: false);
                }
                catch (IOException) when (File.Exists(path))
                {
                    File.Delete(next);
                }
            }

            kept = key with { Text = File.ReadAllText(path) };
        });
        return new(kept);
    }

    /// <summary>The name of <c>host:port</c> in such a file: <c>[host]:port</c>, the host alone for port 22.</summary>
    private static string NameOf(string host)
    {
        var (name, port) = Split(host);
        return port == DefaultPort ? name : string.Create(CultureInfo.InvariantCulture, $"[{name}]:{port}");
    }

    private static (string Name, int Port) Split(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon > 0 && int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (host[..colon].Trim('[', ']'), port)
            : (host, DefaultPort);
    }

    private static KnownHost? Read(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || words[0][0] is '#' or '@' or '|')
        {
            return null;
        }

        var (name, port) = words[0][0] == '[' ? Split(words[0]) : (words[0], DefaultPort);
        var host = name.Contains(':', StringComparison.Ordinal) ? $"[{name}]:{port}" : $"{name}:{port}";
        return new KnownHost(host, words[1], words[2], DateTimeOffset.UnixEpoch);
    }

    private string OwnFile(string algorithm) => Path.Combine(folder, algorithm == "ssh-ed25519" ? "ssh_host_ed25519_key" : "ssh_host_ecdsa_key");

    private void Do(Action work)
    {
        lock (_gate)
        {
            try
            {
                if (!Directory.Exists(folder))
                {
                    if (OperatingSystem.IsWindows())
                    {
                        Directory.CreateDirectory(folder);
                    }
                    else
                    {
                        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                    }
                }

                work();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StoreFaults.From(e, folder);
            }
        }
    }
}
