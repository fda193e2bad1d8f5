using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Gost.Persistence;

/// <summary>
/// Keeps objects as JSON rows in SQLite. One connection stays open; after a fault it is closed, and the next commit opens it again, so that
/// the store recovers by itself once the cause is gone. A store that cannot be written is read from a copy, so that what it holds runs;
/// the first commit that finds it writable opens it. Source: design.md section 2, Persistence.
/// </summary>
internal sealed class SqliteConfigStore : IConfigStore
{
    private readonly SqliteConnectionStringBuilder _settings;
    private readonly TimeProvider _time;
    private readonly bool _inMemory;
    private readonly SqliteHostKeys _hostKeys;

    // Definitions have one caller at a time; host keys are met at any time.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private StoreFile? _file;
    private SqliteConnection? _connection;
    private bool _loaded;

    public SqliteConfigStore(string connectionString, TimeProvider time, string? keyFolder = null)
    {
        _settings = new SqliteConnectionStringBuilder(connectionString) { Pooling = false };
        _inMemory = _settings.DataSource is "" or ":memory:" || _settings.Mode == SqliteOpenMode.Memory;
        _time = time;
        _hostKeys = new SqliteHostKeys(UseAsync, time);
        HostKeys = _inMemory && keyFolder is not null ? new FolderHostKeys(keyFolder) : _hostKeys;
    }

    /// <inheritdoc/>
    public IHostKeyStore HostKeys { get; }

    /// <summary>Called with each connection after it was opened: lets tests inject faults.</summary>
    internal Action<SqliteConnection>? Opened { get; set; }

    private string Path => _file?.Path ?? _settings.DataSource;

    /// <inheritdoc/>
    public async ValueTask<DesiredState> LoadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await LoadHeldAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask<DesiredState> LoadHeldAsync(CancellationToken cancellationToken)
    {
        if (!_inMemory && _file is null)
        {
            try
            {
                _file = StoreFile.Open(_settings.DataSource);
            }
            catch (StoreException e) when (e.Error == StoreError.ReadOnly && File.Exists(_settings.DataSource))
            {
                return await LoadCopyAsync(cancellationToken);
            }
        }

        try
        {
            return await ReadAsync(alone: false, cancellationToken);
        }
        catch (StoreException e) when (e.Error == StoreError.DiskFull && _file is { IsNew: false })
        {
            try
            {
                return await ReadAsync(alone: true, cancellationToken);
            }
            finally
            {
                // Commits need the files that there was no room for.
                Disconnect();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CommitAsync(ConfigChange change, long expectedRevision, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await EnsureWritableAsync(cancellationToken);
            return Commit(change, expectedRevision);
        }
        finally
        {
            _gate.Release();
        }
    }

    private long Commit(ConfigChange change, long expectedRevision)
    {
        var revision = expectedRevision + 1;
        var committing = false;
        try
        {
            var connection = Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            StoreWriter writer = new(connection, transaction);
            if (!writer.TryAdvance(expectedRevision, revision))
            {
                throw new StoreException(StoreError.Conflict, $"the store {Path} was changed by another program; restart gost, which reads it again");
            }

            writer.Write(change, revision);
            committing = true;
            transaction.Commit();
            return revision;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Disconnect();

            // A commit that reported a fault may be in the log all the same: what the file says decides.
            if (committing && ReadRevision() == revision)
            {
                return revision;
            }

            throw StoreFaults.From(e, Path);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        _connection?.Dispose();
        _connection = null;
        _file?.Dispose();
        _file = null;
        _loaded = false;
        _gate.Release();
    }

    private async ValueTask<DesiredState> ReadAsync(bool alone, CancellationToken cancellationToken)
    {
        try
        {
            var connection = Connect(alone);
            await using var context = new GostDbContextFactory(connection).CreateDbContext();
            await PrepareAsync(context, connection, cancellationToken);
            var state = await context.State.AsNoTracking().SingleAsync(cancellationToken);
            var rows = await context.Objects.AsNoTracking().OrderBy(static x => x.Ordinal).ToListAsync(cancellationToken);
            await _hostKeys.LoadAsync(context, cancellationToken);
            _loaded = true;
            return StoreReader.Read(state, rows);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Disconnect();
            throw StoreFaults.From(e, Path);
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    private async ValueTask<DesiredState> LoadCopyAsync(CancellationToken cancellationToken)
    {
        using var copy = StoreCopy.Of(_settings.DataSource);
        SqliteConnectionStringBuilder settings = new(_settings.ToString()) { DataSource = copy.Path, Mode = SqliteOpenMode.ReadWriteCreate };
        await using SqliteConfigStore reader = new(settings.ToString(), _time);
        var state = await reader.LoadAsync(cancellationToken);
        _hostKeys.Take(reader._hostKeys);
        _loaded = true;
        return state;
    }

    /// <summary>Runs one piece of work on the connection, alone. Throws <see cref="StoreException"/>.</summary>
    private async ValueTask UseAsync(Action<SqliteConnection> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await EnsureWritableAsync(cancellationToken);
            work(Connect());
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Disconnect();
            throw StoreFaults.From(e, Path);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask EnsureWritableAsync(CancellationToken cancellationToken)
    {
        if (!_loaded)
        {
            throw new StoreException(StoreError.Failed, $"the store {Path} is not loaded");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!_inMemory && _file is null)
        {
            await OpenForWritingAsync(cancellationToken);
        }
    }

    private async ValueTask OpenForWritingAsync(CancellationToken cancellationToken)
    {
        var file = StoreFile.Open(_settings.DataSource);
        try
        {
            _file = file;
            var connection = Connect();
            await using var context = new GostDbContextFactory(connection).CreateDbContext();
            await PrepareAsync(context, connection, cancellationToken);
        }
        catch (Exception e)
        {
            Disconnect();
            _file = null;
            file.Dispose();
            if (e is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw StoreFaults.From(e, file.Path);
            }

            throw;
        }
    }

    /// <summary>
    /// The open connection, or a new one. While it is the only one there is (<paramref name="alone"/>) SQLite keeps the index of its log in memory,
    /// so that a full disk can be read. Source: sqlite.org/wal.html, Use of WAL Without Shared-Memory.
    /// </summary>
    private SqliteConnection Connect(bool alone = false)
    {
        if (_connection is not null)
        {
            return _connection;
        }

        SqliteConnection connection = new(_settings.ToString());
        try
        {
            connection.Open();
            Execute(connection, (alone ? "PRAGMA locking_mode=EXCLUSIVE; " : "") + "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
            Opened?.Invoke(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        return _connection = connection;
    }

    /// <summary>Closes the connection, so that the next use opens another one.</summary>
    internal void Reopen() => Disconnect();

    private void Disconnect()
    {
        // An in-memory store lives in its connection.
        if (!_inMemory)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    private long? ReadRevision()
    {
        try
        {
            using var command = Connect().CreateCommand();
            command.CommandText = "SELECT Revision FROM state WHERE Id = 1";
            return (long?)command.ExecuteScalar();
        }
        catch (SqliteException)
        {
            Disconnect();
            return null;
        }
    }

    private async Task PrepareAsync(GostDbContext context, SqliteConnection connection, CancellationToken cancellationToken)
    {
        if (_file is { IsNew: false })
        {
            using var check = connection.CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            if (check.ExecuteScalar() as string is var answer && answer != "ok")
            {
                throw new StoreException(StoreError.Failed, $"the store {Path} is damaged: {answer}");
            }
        }

        var pending = await context.Database.GetPendingMigrationsAsync(cancellationToken);
        if (!pending.Any())
        {
            return;
        }

        if (_file is { IsNew: false } file && (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).Any())
        {
            file.Backup(connection, _time.GetUtcNow());
        }

        // This process holds the store's own lock, so a row of the migration lock can only be left over from a process that was killed.
        Execute(connection, "DROP TABLE IF EXISTS __EFMigrationsLock");
        await context.Database.MigrateAsync(cancellationToken);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
