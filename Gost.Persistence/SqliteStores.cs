using Gost.Engine.ControlPlane;

namespace Gost.Persistence;

/// <summary>Makes the SQLite store.</summary>
public static class SqliteStores
{
    /// <summary>
    /// A store in the file named by a SQLite connection string (<c>Data Source=data/gost.db</c>), or in memory
    /// (<c>Data Source=:memory:</c>). Nothing is opened before <see cref="IConfigStore.LoadAsync"/>.
    /// </summary>
    public static IConfigStore Create(string connectionString, TimeProvider time) => new SqliteConfigStore(connectionString, time);
}
