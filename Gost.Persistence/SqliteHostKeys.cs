using Gost.Engine.Security.HostKeys;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Gost.Persistence;

/// <summary>SSH keys in tables of their own beside the definitions; not part of any revision. Read once, then known here and written through.</summary>
/// <param name="use">Runs a piece of work on the store's connection, alone, and tells faults as the store's.</param>
/// <param name="time">The clock of new rows.</param>
internal sealed class SqliteHostKeys(Func<Action<SqliteConnection>, CancellationToken, ValueTask> use, TimeProvider time) : IHostKeyStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, string Algorithm), KnownHost> _known = [];
    private readonly Dictionary<string, OwnHostKey> _own = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyCollection<KnownHost> Known
    {
        get
        {
            lock (_gate)
            {
                return [.. _known.Values];
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<OwnHostKey> Own
    {
        get
        {
            lock (_gate)
            {
                return [.. _own.Values];
            }
        }
    }

    /// <inheritdoc/>
    public string HowToForget(string host) => $"DELETE /config/known-hosts/{Uri.EscapeDataString(host)}";

    /// <inheritdoc/>
    public async ValueTask TrustAsync(KnownHost host, CancellationToken cancellationToken)
    {
        await use(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText =
                    """
                    INSERT INTO host_keys (Host, Algorithm, Key, FirstSeen) VALUES ($host, $algorithm, $key, $seen)
                    ON CONFLICT (Host, Algorithm) DO UPDATE SET Key = excluded.Key, FirstSeen = excluded.FirstSeen
                    """;
                command.Parameters.AddWithValue("$host", host.Host);
                command.Parameters.AddWithValue("$algorithm", host.Algorithm);
                command.Parameters.AddWithValue("$key", host.Key);
                command.Parameters.AddWithValue("$seen", host.FirstSeen.ToUnixTimeMilliseconds());
                command.ExecuteNonQuery();
            },
            cancellationToken);
        lock (_gate)
        {
            _known[(host.Host, host.Algorithm)] = host;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ForgetAsync(string host, CancellationToken cancellationToken)
    {
        var count = 0;
        await use(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "DELETE FROM host_keys WHERE Host = $host";
                command.Parameters.AddWithValue("$host", host);
                count = command.ExecuteNonQuery();
            },
            cancellationToken);
        lock (_gate)
        {
            foreach (var key in _known.Keys.Where(x => x.Host == host).ToArray())
            {
                _known.Remove(key);
            }
        }

        return count > 0;
    }

    /// <inheritdoc/>
    public async ValueTask<OwnHostKey> KeepAsync(OwnHostKey key, CancellationToken cancellationToken)
    {
        var kept = key;
        await use(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText =
                    """
                    INSERT INTO own_keys (Algorithm, Text, CreatedAt) VALUES ($algorithm, $text, $created) ON CONFLICT (Algorithm) DO NOTHING;
                    SELECT Text FROM own_keys WHERE Algorithm = $algorithm;
                    """;
                command.Parameters.AddWithValue("$algorithm", key.Algorithm);
                command.Parameters.AddWithValue("$text", key.Text);
                command.Parameters.AddWithValue("$created", time.GetUtcNow().ToUnixTimeMilliseconds());
                kept = key with { Text = command.ExecuteScalar() as string ?? key.Text };
            },
            cancellationToken);
        lock (_gate)
        {
            return _own[key.Algorithm] = kept;
        }
    }

    /// <summary>Reads the tables.</summary>
    internal async Task LoadAsync(GostDbContext context, CancellationToken cancellationToken)
    {
        var known = await context.HostKeys.AsNoTracking().ToListAsync(cancellationToken);
        var own = await context.OwnKeys.AsNoTracking().ToListAsync(cancellationToken);
        lock (_gate)
        {
            _known.Clear();
            _own.Clear();
            foreach (var row in known)
            {
                _known[(row.Host, row.Algorithm)] = new KnownHost(row.Host, row.Algorithm, row.Key, DateTimeOffset.FromUnixTimeMilliseconds(row.FirstSeen));
            }

            foreach (var row in own)
            {
                _own[row.Algorithm] = new OwnHostKey(row.Algorithm, row.Text);
            }
        }
    }

    /// <summary>What another one has read.</summary>
    internal void Take(SqliteHostKeys other)
    {
        var (known, own) = (other.Known, other.Own);
        lock (_gate)
        {
            foreach (var host in known)
            {
                _known[(host.Host, host.Algorithm)] = host;
            }

            foreach (var key in own)
            {
                _own[key.Algorithm] = key;
            }
        }
    }
}
