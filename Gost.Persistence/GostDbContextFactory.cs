using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Gost.Persistence;

/// <summary>Makes contexts over one open connection, which stays its owner's.</summary>
internal sealed class GostDbContextFactory(SqliteConnection connection) : IDbContextFactory<GostDbContext>
{
    private readonly DbContextOptions<GostDbContext> _options = new DbContextOptionsBuilder<GostDbContext>()
        .UseSqlite(connection)
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
        .Options;

    /// <inheritdoc/>
    public GostDbContext CreateDbContext() => new(_options);

    /// <summary>What the tool that writes migrations uses.</summary>
    internal sealed class DesignTime : IDesignTimeDbContextFactory<GostDbContext>
    {
        /// <inheritdoc/>
        public GostDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<GostDbContext>().UseSqlite("Data Source=:memory:").Options);
    }
}
