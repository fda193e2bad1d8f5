using Gost.Engine.Config;
using Gost.Engine.ControlPlane;
using Microsoft.Data.Sqlite;

namespace Gost.Persistence;

/// <summary>Writes one change inside a transaction; prepared statements, so that ten thousand objects take well under two seconds.</summary>
internal sealed class StoreWriter(SqliteConnection connection, SqliteTransaction transaction)
{
    /// <summary>Moves the store's revision on; false when it is not the expected one.</summary>
    public bool TryAdvance(long expected, long next)
    {
        using var command = Command("UPDATE state SET Revision = $next WHERE Id = 1 AND Revision = $expected", "$next", "$expected");
        command.Parameters[0].Value = next;
        command.Parameters[1].Value = expected;
        return command.ExecuteNonQuery() == 1;
    }

    /// <summary>Deletes, writes and moves objects, and writes the single members.</summary>
    public void Write(ConfigChange change, long revision)
    {
        Delete(change);
        Upsert(change, revision);
        Move(change);
        if (change.Singletons is { } singletons)
        {
            using var command = Command("UPDATE state SET Singletons = $json WHERE Id = 1", "$json");
            command.Parameters[0].Value = ConfigWriter.Write(singletons, ConfigFormat.Json);
            command.ExecuteNonQuery();
        }
    }

    private void Delete(ConfigChange change)
    {
        using var command = Command("DELETE FROM objects WHERE Kind = $kind AND Name = $name", "$kind", "$name");
        foreach (var key in change.Deletes)
        {
            command.Parameters[0].Value = key.Kind.Name;
            command.Parameters[1].Value = key.Name;
            command.ExecuteNonQuery();
        }
    }

    private void Upsert(ConfigChange change, long revision)
    {
        using var command = Command(
            """
            INSERT INTO objects (Kind, Name, Ordinal, Json, Revision, Origin, CreatedAt, UpdatedAt)
            VALUES ($kind, $name, $ordinal, $json, $revision, $origin, $created, $updated)
            ON CONFLICT (Kind, Name) DO UPDATE SET Ordinal = excluded.Ordinal, Json = excluded.Json, Revision = excluded.Revision,
                Origin = excluded.Origin, CreatedAt = excluded.CreatedAt, UpdatedAt = excluded.UpdatedAt
            """,
            "$kind",
            "$name",
            "$ordinal",
            "$json",
            "$revision",
            "$origin",
            "$created",
            "$updated");
        foreach (var value in change.Upserts)
        {
            object[] row =
            [
                value.Kind.Name,
                value.Config.Name,
                value.Ordinal,
                ConfigWriter.Write(value.Config, ConfigFormat.Json, indented: false),
                revision,
                (int)value.Origin,
                value.CreatedAt.ToUnixTimeMilliseconds(),
                value.UpdatedAt.ToUnixTimeMilliseconds(),
            ];
            for (var i = 0; i < row.Length; i++)
            {
                command.Parameters[i].Value = row[i];
            }

            command.ExecuteNonQuery();
        }
    }

    private void Move(ConfigChange change)
    {
        using var command = Command(
            "UPDATE objects SET Ordinal = $ordinal, Origin = $origin WHERE Kind = $kind AND Name = $name",
            "$ordinal",
            "$origin",
            "$kind",
            "$name");
        foreach (var value in change.Moves)
        {
            command.Parameters[0].Value = value.Ordinal;
            command.Parameters[1].Value = (int)value.Origin;
            command.Parameters[2].Value = value.Kind.Name;
            command.Parameters[3].Value = value.Config.Name;
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }
}
