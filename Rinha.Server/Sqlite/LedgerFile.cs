using System.Reflection;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;
using Rinha.Server.Sqlite.Upkeep;

namespace Rinha.Server.Sqlite;

/// <summary>What a commit waits for (https://www.sqlite.org/pragma.html#pragma_synchronous).</summary>
public enum Synchronous
{
    /// <summary>The kernel has the transaction: it survives a crash of every process, not a loss of power.</summary>
    Normal,

    /// <summary>The disk has the transaction: it survives a loss of power too.</summary>
    Full,
}

// Opens the ledger's file: checks whose it is, makes the schema in an empty one, converts an older one, and gives
// connections set up alike.
internal sealed class LedgerFile
{
    private const long ApplicationId = 0x52494E48; // "RINH"

    // Version 4 is the first that was released. schema.sql has the current one.
    public static readonly SchemaVersions Versions = new(oldest: 4);

    private readonly Synchronous _synchronous;
    private readonly SchemaVersions _versions;

    private LedgerFile(string path, Synchronous synchronous, SchemaVersions? versions)
    {
        Path = path;
        _synchronous = synchronous;
        _versions = versions ?? Versions;
    }

    public string Path { get; }

    // From which version opening it has converted the ledger, if it has.
    public long? ConvertedFrom { get; private set; }

    public string SynchronousPragma =>
        $"PRAGMA synchronous = {(_synchronous == Synchronous.Full ? "FULL" : "NORMAL")};";

    // Writes the schema's version once more: a change of a page that changes nothing.
    public static string VersionPragma => $"PRAGMA user_version = {Versions.Current}";

    // Makes the file ready for use. Any number of processes may do so at once: they start one by one, the first finds
    // an empty file and fills it, or an older ledger and converts it; the others find that done.
    public static LedgerFile Open(string path, Synchronous synchronous, SchemaVersions? versions = null)
    {
        if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } directory && !Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"the ledger's directory {directory} does not exist");
        }

        var file = new LedgerFile(path, synchronous, versions);
        using var start = new GateFile(path + "-gate", path);
        start.Lock(GateFile.StartByte);
        file.ConvertIfOlder();
        using var gate = new Gate(path); // Left when disposed.
        gate.Enter();
        using var database = Database.Open(path);
        if (database.IsReadOnly)
        {
            throw new SqliteException($"{path} is read-only", SqliteResult.ReadOnly);
        }

        var hasSchema = file.HasSchema(database);
        // Readers then never wait for the writer, nor it for them. The mode stays in the file; one made by hand may
        // lack it.
        var mode = database.QueryText("PRAGMA journal_mode = WAL");
        if (mode != "wal")
        {
            throw new SqliteException($"{path} cannot use a write-ahead log (journal mode stays {mode})", 0);
        }

        if (!hasSchema)
        {
            database.Execute("BEGIN IMMEDIATE");
            database.Execute(ReadSchema());
            database.Execute("COMMIT");
        }

        return file;
    }

    // A ledger that is there already, for an operator's command: makes nothing, waits for no one. RefusalException:
    // there is none, or it is not of this version, or cannot be read.
    public static LedgerFile OpenExisting(string path, Synchronous synchronous, SchemaVersions? versions = null)
    {
        if (!File.Exists(path))
        {
            throw new RefusalException($"there is no ledger at {path}");
        }

        var file = new LedgerFile(path, synchronous, versions);
        try
        {
            using var database = Database.OpenToLook(path);
            return file.HasSchema(database) ? file : throw new RefusalException($"{path} is empty");
        }
        catch (SqliteException error)
        {
            throw new RefusalException(error.Message, error);
        }
    }

    // The length of a ledger's write-ahead log; 0 when there is none.
    public static long WalBytesOf(string path) => new FileInfo(path + "-wal") is { Exists: true } wal ? wal.Length : 0;

    // The schema version of a ledger; null when the database is none.
    public static long? VersionOf(Database database) =>
        database.QueryInt64("PRAGMA application_id") == ApplicationId
            ? database.QueryInt64("PRAGMA user_version")
            : null;

    // Whether a database says that it is a ledger, of whatever version, or is empty.
    public static bool IsOurs(Database database) => VersionOf(database) is not null || HasNoTables(database);

    // Refuses a ledger that another server has converted since this one opened it. An instance asks once it has the
    // gate open: from then on nothing can be converted.
    public void RefuseConverted()
    {
        using var database = Database.OpenToLook(Path);
        _ = HasSchema(database);
    }

    // foreign_keys: the file too refuses a transaction of an unknown account.
    public Database OpenWriter() =>
        OpenConnection(Limits.WriterCacheKib, $"{SynchronousPragma} PRAGMA foreign_keys = ON;");

    public Database OpenReader() => OpenConnection(Limits.ReaderCacheKib, "PRAGMA query_only = ON;");

    public Database OpenCheckpointer() => OpenConnection(Limits.ReaderCacheKib, "");

    // temp_store: nothing of a query ever goes to a second file. mmap_size: off, since a disk that fails under a
    // mapping kills the process (SIGBUS) instead of failing one read, and since each commit of another connection
    // makes SQLite undo the mapping. cache_size: bounded (negative: KiB), as the default would be shared by no one
    // and a large one would not fit the container. journal_size_limit: a WAL that once grew is cut back when it is
    // started over. wal_autocheckpoint: off, since a commit that checkpoints makes everybody wait for its fsyncs;
    // the checkpointer does it beside the requests.
    private Database OpenConnection(int cacheKib, string morePragmas)
    {
        var database = Database.Open(Path);
        try
        {
            database.Execute($"""
                PRAGMA temp_store = MEMORY;
                PRAGMA mmap_size = 0;
                PRAGMA cache_size = -{cacheKib};
                PRAGMA journal_size_limit = {Limits.WalBytesKept};
                PRAGMA wal_autocheckpoint = 0;
                {morePragmas}
                """);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    // Looks first without the right to write: closing a writable connection would move another program's log into its
    // file.
    private void ConvertIfOlder()
    {
        if (!File.Exists(Path) || new FileInfo(Path).Length == 0)
        {
            return;
        }

        try
        {
            using var database = Database.OpenToLook(Path);
            if (FindVersion(database) is { } found && _versions.IsConvertible(found))
            {
                ConvertedFrom = found;
            }
            else
            {
                _ = HasSchema(database);
            }
        }
        catch (SqliteException error) when (SqliteResult.Primary(error.ResultCode) == SqliteResult.ReadOnly)
        {
            // A crash has left a journal that must be rolled back before anyone can look. The next look is the same.
        }

        if (ConvertedFrom is { } version)
        {
            LedgerUpgrade.Run(Path, version, _versions);
        }
    }

    // False for an empty database. Throws for one that is not ours or has another version.
    private bool HasSchema(Database database)
    {
        if (FindVersion(database) is not { } version)
        {
            return false;
        }

        return _versions.WhyRefused(version) is { } reason
            ? throw new SqliteException($"{Path} {reason}", 0)
            : true;
    }

    // Null for an empty database. Throws for one that is not ours.
    private long? FindVersion(Database database)
    {
        if (VersionOf(database) is { } version)
        {
            return version;
        }

        return database.QueryInt64("PRAGMA application_id") == 0 && HasNoTables(database)
            ? null
            : throw new SqliteException($"{Path} is another program's database", 0);
    }

    private static bool HasNoTables(Database database) =>
        database.QueryInt64("SELECT count(*) FROM sqlite_schema") == 0;

    private static string ReadSchema()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
