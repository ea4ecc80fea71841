using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;

namespace Rinha.Server.Sqlite.Upkeep;

// Converts a ledger of an older schema version. All steps are one transaction: a process that dies on the way leaves
// the ledger as it was, and the next start begins again. At a start no other instance has the gate open meanwhile, and
// a copy of the ledger as it was is beside it before the first step.
internal static class LedgerUpgrade
{
    public static string CopyPathOf(string path, long version) => $"{path}.v{version}-backup";

    // At a start; the caller has GateFile.StartByte.
    public static void Run(string path, long version, SchemaVersions versions)
    {
        using var gate = new GateFile(path + "-gate", path);
        if (!gate.TryLockAll())
        {
            throw new RefusalException(
                $"{path} has schema version {version} and is in use: stop every instance first, "
                + $"then a start converts it to version {versions.Current}");
        }

        using var database = Database.Open(path);
        Convert(database, version, versions, () => KeepCopy(path, version));
    }

    // Converts a database that no other process uses; after a failure close it, which rolls back. It calls to keep a
    // copy under the write lock, before anything is changed.
    public static void Convert(Database database, long version, SchemaVersions versions, Action keepCopy)
    {
        // Without foreign keys a step can replace a table that others refer to.
        database.Execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
        keepCopy();
        foreach (var (from, sql) in versions.StepsFrom(version))
        {
            if (!database.TryExecute(sql))
            {
                throw database.Error($"convert schema version {from} to {from + 1}");
            }
        }

        database.Execute($"PRAGMA user_version = {versions.Current}; COMMIT");
    }

    // An earlier copy is replaced: until the commit the ledger itself is the original, and posts of an older server may
    // have reached it since that copy was made. A name of this process would leave a copy behind with each crash.
    private static void KeepCopy(string path, long version)
    {
        var copy = CopyPathOf(path, version);
        var unfinished = copy + ".unfinished";
        Delete(unfinished);
        try
        {
            LedgerCopy.Make(path, unfinished, static () => { }, model: path);
            RefuseDamaged(path, unfinished);
            File.Move(unfinished, copy, overwrite: true);
            DurableFile.SyncDirectoryOf(copy);
        }
        finally
        {
            Delete(unfinished);
        }
    }

    private static void RefuseDamaged(string path, string copy)
    {
        using var database = Database.OpenToLook(copy);
        var finding = database.QueryText("PRAGMA integrity_check(1)");
        if (finding != "ok")
        {
            throw new SqliteException($"{path} is damaged and was not converted: {finding}", 0);
        }
    }

    // With the files SQLite keeps beside it, left when an earlier attempt was killed: the next copy would take them for
    // its own.
    private static void Delete(string unfinished)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            File.Delete(unfinished + suffix);
        }
    }
}
