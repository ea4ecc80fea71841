using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;

namespace Rinha.Server.Sqlite.Upkeep;

// Converts a ledger from an older schema version in one transaction: after a crash the ledger is unchanged, and the
// next start converts it. On start, the conversion excludes every other instance and first copies the ledger to a file
// beside it.
internal static class LedgerUpgrade
{
    public static string CopyPathOf(string path, long version) => $"{path}.v{version}-backup";

    // Converts on start; the caller holds GateFile.StartByte.
    public static void Run(string path, long version, SchemaVersions versions)
    {
        using var gate = new GateFile(path + "-gate", path);
        if (!gate.TryLockAll())
        {
            throw new RefusalException(
                $"{path} has schema version {version} and is in use: stop every instance, "
                + $"then the next start converts it to version {versions.Current}");
        }

        using var database = Database.Open(path);
        Convert(database, version, versions, () => Copy(path, version));
    }

    // Converts a database that no other process uses. Calls copy under the write lock before the first step. After a
    // failure, close the database to roll back.
    public static void Convert(Database database, long version, SchemaVersions versions, Action copy)
    {
        // A step may sort, and a container may have no other place for temporary files than the ledger's directory.
        if (Environment.GetEnvironmentVariable("SQLITE_TMPDIR") is null)
        {
            var directory = Path.GetDirectoryName(database.QueryText("SELECT file FROM pragma_database_list"))!;
            var literal = directory.Replace("'", "''", StringComparison.Ordinal);
            database.Execute($"PRAGMA temp_store_directory = '{literal}'");
        }

        // Foreign keys off: a step may replace a table that others reference.
        database.Execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
        copy();
        foreach (var (from, sql) in versions.StepsFrom(version))
        {
            if (!database.TryExecute(sql))
            {
                throw database.Error($"convert schema version {from} to {from + 1}");
            }
        }

        database.Execute($"PRAGMA user_version = {versions.Current}; COMMIT; PRAGMA temp_store_directory = ''");
    }

    // Replaces an earlier copy, since an older server may have posted to the ledger in between. The fixed name keeps
    // crashes from leaving one copy each.
    private static void Copy(string path, long version)
    {
        var copy = CopyPathOf(path, version);
        var unfinished = copy + ".unfinished";
        Delete(unfinished);
        try
        {
            LedgerCopy.Make(path, unfinished, static () => { }, model: path);
            EnsureSound(path, unfinished);
            File.Move(unfinished, copy, overwrite: true);
            DurableFile.SyncDirectoryOf(copy);
        }
        finally
        {
            Delete(unfinished);
        }
    }

    private static void EnsureSound(string path, string copy)
    {
        using var database = Database.OpenReadOnly(copy);
        var finding = database.QueryText("PRAGMA integrity_check(1)");
        if (finding != "ok")
        {
            throw new SqliteException($"{path} is damaged and was not converted: {finding}", 0);
        }
    }

    // Deletes SQLite's side files too: a killed attempt may have left them, and SQLite would apply them to the next
    // copy.
    private static void Delete(string unfinished)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            File.Delete(unfinished + suffix);
        }
    }
}
