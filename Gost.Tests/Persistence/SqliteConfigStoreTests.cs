using System.Collections.Immutable;
using System.Diagnostics;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Persistence;
using Gost.Tests.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Persistence;

public sealed class SqliteConfigStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Now);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Load_OfNewFile_IsEmptyAtRevisionZero()
    {
        await using var store = Open();
        var state = await store.LoadAsync(Token);
        Assert.Equal(0, state.Revision);
        Assert.Empty(state.Objects);
    }

    [Fact]
    public async Task Commit_ThenReopen_GivesTheSameObjectsInOrder()
    {
        ImmutableArray<DesiredObject> objects = [Service("b", 1), Service("a", 2) with { Origin = ObjectOrigin.Sources }];
        GostConfig singletons = new() { Api = new ApiConfig { Addr = ":18080", Auth = new AuthConfig { Username = "u", Password = "p" } } };
        await using (var store = Open())
        {
            await store.LoadAsync(Token);
            Assert.Equal(1, await store.CommitAsync(new ConfigChange(objects, [], [], singletons), 0, Token));
        }

        await using var again = Open();
        var state = await again.LoadAsync(Token);
        Assert.Equal(1, state.Revision);
        Assert.Equal([.. objects.Select(static x => x with { Revision = 1 })], state.OfKind(ConfigKind.Services).ToList());
        Assert.Equal(singletons, state.Singletons);
    }

    [Fact]
    public async Task Commit_OfMovesAndDeletes_KeepsRevisionsOfMovedObjects()
    {
        await using (var store = Open())
        {
            await store.LoadAsync(Token);
            await store.CommitAsync(new ConfigChange([Service("a", 1), Service("b", 2)], [], [], null), 0, Token);
            ConfigChange change = new([], [Service("b", 1) with { Origin = ObjectOrigin.Sources }], [new ObjectKey(ConfigKind.Services, "a")], null);
            Assert.Equal(2, await store.CommitAsync(change, 1, Token));
        }

        await using var again = Open();
        var state = await again.LoadAsync(Token);
        var left = Assert.Single(state.Objects.Values);
        Assert.Equal(("b", 1, 1, ObjectOrigin.Sources), (left.Config.Name, left.Ordinal, left.Revision, left.Origin));
    }

    [Fact]
    public async Task Commit_AtAnotherRevision_IsAConflict()
    {
        await using var store = Open();
        await store.LoadAsync(Token);
        var fault = await Assert.ThrowsAsync<StoreException>(async () => await store.CommitAsync(Change("a"), 7, Token));
        Assert.Equal(StoreError.Conflict, fault.Error);
    }

    [Fact]
    public async Task Files_AreForTheirOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are of Unix");
        var path = _folder.File("data/gost.db");
        await using var store = Open(path);
        await store.LoadAsync(Token);
        await store.CommitAsync(Change("a"), 0, Token);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.File("data")));
            foreach (var file in Directory.GetFiles(_folder.File("data")))
            {
                Assert.Equal(owner, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task Load_WhileAnotherStoreIsOpen_IsRefusedAndNamesTheFile()
    {
        await using var store = Open();
        await store.LoadAsync(Token);
        await using var second = Open();
        var fault = await Assert.ThrowsAsync<StoreException>(async () => await second.LoadAsync(Token));
        Assert.Equal(StoreError.InUse, fault.Error);
        Assert.Contains(_folder.File("gost.db"), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_OfAFileThatIsNoDatabase_SaysSoAndLeavesIt()
    {
        await File.WriteAllTextAsync(_folder.File("gost.db"), "This is a text, and long enough not to be taken for an empty header of SQLite.", Token);
        await using var store = Open();
        var fault = await Assert.ThrowsAsync<StoreException>(async () => await store.LoadAsync(Token));
        Assert.Equal(StoreError.Failed, fault.Error);
        Assert.Contains("damaged", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnreadableObjects_AreReportedAndKept()
    {
        await using (var store = Open())
        {
            await store.LoadAsync(Token);
            await store.CommitAsync(Change("a"), 0, Token);
        }

        Execute("INSERT INTO objects SELECT 'novelties', Name, Ordinal, Json, Revision, Origin, CreatedAt, UpdatedAt FROM objects");
        Execute("INSERT INTO objects SELECT Kind, 'later', 2, '{\"name\":\"later\",\"unheardOf\":1}', Revision, Origin, CreatedAt, UpdatedAt FROM objects WHERE Kind = 'services'");
        await using (var store = Open())
        {
            var state = await store.LoadAsync(Token);
            Assert.Equal("a", Assert.Single(state.Objects.Values).Config.Name);
            Assert.Equal([("services", "later"), ("novelties", "a")], state.Unreadable.Select(static x => (x.Kind, x.Name)).OrderDescending());
            await store.CommitAsync(Change("b"), 1, Token);
        }

        Assert.Equal(4L, Scalar("SELECT count(*) FROM objects"));
    }

    [Fact]
    public async Task Commit_WhenTheDiskIsFull_IsRefusedWholeAndRecovers()
    {
        await using SqliteConfigStore store = new($"Data Source={_folder.File("gost.db")}", _time);
        await store.LoadAsync(Token);
        await store.CommitAsync(Change("a"), 0, Token);
        store.Opened = x => Execute(x, "PRAGMA max_page_count = 12");
        store.Reopen();
        ConfigChange big = new([.. Enumerable.Range(0, 1000).Select(static x => Service($"big-{x}", x))], [], [], null);
        var fault = await Assert.ThrowsAsync<StoreException>(async () => await store.CommitAsync(big, 1, Token));
        Assert.Equal(StoreError.DiskFull, fault.Error);
        store.Opened = null;
        Assert.Equal(2, await store.CommitAsync(Change("b"), 1, Token));
        Assert.Equal(2L, Scalar("SELECT count(*) FROM objects"));
    }

    [Fact]
    public async Task Commit_WhenTheStoreIsReadOnly_IsRefusedAndRecovers()
    {
        await using SqliteConfigStore store = new($"Data Source={_folder.File("gost.db")}", _time);
        await store.LoadAsync(Token);
        store.Opened = static x => Execute(x, "PRAGMA query_only = 1");
        store.Reopen();
        var fault = await Assert.ThrowsAsync<StoreException>(async () => await store.CommitAsync(Change("a"), 0, Token));
        Assert.Equal(StoreError.ReadOnly, fault.Error);
        store.Opened = null;
        Assert.Equal(1, await store.CommitAsync(Change("a"), 0, Token));
    }

    [Fact]
    public async Task Load_OfAFileBeforeAMigration_KeepsACopy()
    {
        await using (var store = Open())
        {
            await store.LoadAsync(Token);
            await store.CommitAsync(Change("a"), 0, Token);
        }

        // A file whose newest migration is not known as applied: what a file of an older build looks like.
        Execute("UPDATE __EFMigrationsHistory SET MigrationId = '20250101000000_Older' WHERE MigrationId LIKE '%Initial'");
        await using (var store = Open())
        {
            await Assert.ThrowsAsync<StoreException>(async () => await store.LoadAsync(Token));
        }

        var copy = Assert.Single(Directory.GetFiles(_folder.Path, "*.bak"));
        Assert.Equal(1L, Scalar("SELECT count(*) FROM objects", copy));
    }

    [Fact]
    public async Task Load_AfterAKillDuringMigration_DoesNotWaitForItsLock()
    {
        Execute("CREATE TABLE __EFMigrationsLock (Id INTEGER PRIMARY KEY, Timestamp TEXT NOT NULL)");
        Execute("INSERT INTO __EFMigrationsLock VALUES (1, '2026-01-01 00:00:00')");
        await using var store = Open();
        Assert.Equal(0, (await store.LoadAsync(Token)).Revision);
    }

    [Fact]
    public async Task Commit_OfTenThousandObjects_IsOneQuickTransaction()
    {
        await using var store = Open();
        await store.LoadAsync(Token);
        ConfigChange change = new([.. Enumerable.Range(0, 10_000).Select(static x => Service($"service-{x}", x))], [], [], null);
        var clock = Stopwatch.StartNew();
        await store.CommitAsync(change, 0, Token);
        // About a quarter of a second on an idle machine; one transaction per object would take minutes.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(10_000L, Scalar("SELECT count(*) FROM objects"));
    }

    [Fact]
    public async Task MemoryStore_WorksLikeAFileAndLeavesNone()
    {
        await using var store = SqliteStores.Create("Data Source=:memory:", _time);
        await store.LoadAsync(Token);
        await store.CommitAsync(Change("a"), 0, Token);
        var state = await store.LoadAsync(Token);
        Assert.Equal("a", Assert.Single(state.Objects.Values).Config.Name);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private static DesiredObject Service(string name, long ordinal) => new(
        ConfigKind.Services,
        new ServiceConfig
        {
            Name = name,
            Addr = ":0",
            Handler = new HandlerConfig { Type = "tcp" },
            Listener = new ListenerConfig { Type = "tcp" },
            Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "target-0", Addr = "127.0.0.1:80" }] },
            Metadata = new ConfigMap<object?>([new("enableStats", true), new("note", "ü \"quoted\"")]),
        },
        0,
        ordinal,
        ObjectOrigin.Rest,
        Now,
        Now);

    private static ConfigChange Change(string name) => new([Service(name, 1)], [], [], null);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private IConfigStore Open(string? path = null) => SqliteStores.Create($"Data Source={path ?? _folder.File("gost.db")}", _time);

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={_folder.File("gost.db")};Pooling=False");
        connection.Open();
        Execute(connection, sql);
    }

    private object? Scalar(string sql, string? path = null)
    {
        using SqliteConnection connection = new($"Data Source={path ?? _folder.File("gost.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
