using Gost.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace Gost.Persistence;

/// <summary>The store's tables. Source: design.md section 2, Persistence.</summary>
internal sealed class GostDbContext(DbContextOptions<GostDbContext> options) : DbContext(options)
{
    public DbSet<StoredObject> Objects => Set<StoredObject>();

    public DbSet<StoreState> State => Set<StoreState>();

    public DbSet<StoredHostKey> HostKeys => Set<StoredHostKey>();

    public DbSet<StoredOwnKey> OwnKeys => Set<StoredOwnKey>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<StoredObject>(entity =>
        {
            entity.ToTable("objects");
            entity.HasKey(x => new { x.Kind, x.Name });
        });
        modelBuilder.Entity<StoreState>(entity =>
        {
            entity.ToTable("state");
            entity.HasKey(x => x.Id);
            entity.Property(x => x.Id).ValueGeneratedNever();
            entity.HasData(new StoreState { Id = 1, Revision = 0, Singletons = "{}" });
        });
        modelBuilder.Entity<StoredHostKey>(entity =>
        {
            entity.ToTable("host_keys");
            entity.HasKey(x => new { x.Host, x.Algorithm });
        });
        modelBuilder.Entity<StoredOwnKey>(entity =>
        {
            entity.ToTable("own_keys");
            entity.HasKey(x => x.Algorithm);
        });
    }
}
