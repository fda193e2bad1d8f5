using Gost.Engine.ControlPlane;

namespace Gost.Persistence;

/// <summary>Makes the SQLite store.</summary>
public static class SqliteStores
{
    /// <summary>
    /// A store in the file named by a SQLite connection string (<c>Data Source=data/gost.db</c>), or in memory
    /// (<c>Data Source=:memory:</c>). Nothing is opened before <see cref="IConfigStore.LoadAsync"/>.
    /// A store in memory keeps SSH keys in <paramref name="keyFolder"/>, so that they outlive it; null = they end with it.
    /// </summary>
    public static IConfigStore Create(string connectionString, TimeProvider time, string? keyFolder = null) =>
        new SqliteConfigStore(connectionString, time, keyFolder);
}
