using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;
using Gost.Persistence;
using Gost.Tests.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Persistence;

public sealed class SqliteHostKeysTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly KnownHost Host = new("h:22", "ssh-ed25519", "AAAA", Now);
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_OutliveTheProgram_AndMoveNoRevision()
    {
        await using (var store = Open())
        {
            await store.LoadAsync(Token);
            await store.HostKeys!.TrustAsync(Host, Token);
            await store.HostKeys.TrustAsync(Host with { Host = "gone:22" }, Token);
            Assert.True(await store.HostKeys.ForgetAsync("gone:22", Token));
            Assert.False(await store.HostKeys.ForgetAsync("gone:22", Token));
            Assert.Equal("mine", (await store.HostKeys.KeepAsync(new OwnHostKey("ssh-ed25519", "mine"), Token)).Text);
            Assert.Equal("mine", (await store.HostKeys.KeepAsync(new OwnHostKey("ssh-ed25519", "another"), Token)).Text);
            Assert.Equal(1, await store.CommitAsync(new ConfigChange([], [], [], null), 0, Token));
        }

        await using var again = Open();
        Assert.Equal(1, (await again.LoadAsync(Token)).Revision);
        Assert.Equal([Host], again.HostKeys!.Known);
        Assert.Equal([new OwnHostKey("ssh-ed25519", "mine")], again.HostKeys.Own);
    }

    [Fact]
    public async Task StoreOfBefore_IsMigrated_WithACopy()
    {
        await using (var store = Open())
        {
            await store.LoadAsync(Token);
        }

        Execute("DROP TABLE host_keys; DROP TABLE own_keys; DELETE FROM __EFMigrationsHistory WHERE MigrationId LIKE '%HostKeys'");
        var before = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length;
        await using var again = Open();
        await again.LoadAsync(Token);
        await again.HostKeys!.TrustAsync(Host, Token);
        Assert.Equal([Host], again.HostKeys.Known);
        Assert.True(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length > before);
    }

    [Fact]
    public async Task Writes_AtTheSameTimeAsCommits_AllArrive()
    {
        await using var store = Open();
        await store.LoadAsync(Token);
        var keys = Enumerable.Range(0, 50).Select(i => store.HostKeys!.TrustAsync(Host with { Host = $"h{i}:22" }, Token).AsTask()).ToList();
        for (var revision = 0; revision < 20; revision++)
        {
            await store.CommitAsync(new ConfigChange([], [], [], null), revision, Token);
        }

        await Task.WhenAll(keys);
        Assert.Equal(50, store.HostKeys!.Known.Count);
    }

    [Fact]
    public async Task StoreThatIsNotLoaded_RefusesToKeep()
    {
        await using var store = Open();
        await Assert.ThrowsAsync<StoreException>(() => store.HostKeys!.TrustAsync(Host, Token).AsTask());
        Assert.Empty(store.HostKeys!.Known);
    }

    [Fact]
    public void Model_HasAMigrationForEverything()
    {
        using SqliteConnection connection = new("Data Source=:memory:");
        connection.Open();
        using var context = new GostDbContextFactory(connection).CreateDbContext();
        Assert.False(context.Database.HasPendingModelChanges());
    }

    private IConfigStore Open() => SqliteStores.Create($"Data Source={_folder.File("gost.db")}", new FakeTimeProvider(Now));

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={_folder.File("gost.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
