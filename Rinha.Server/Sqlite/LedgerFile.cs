using System.Reflection;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Native;

namespace Rinha.Server.Sqlite;

/// <summary>
/// Opens the ledger's file: checks whose it is, makes the schema in an empty one, and gives connections set up alike.
/// </summary>
internal sealed class LedgerFile
{
    private const long ApplicationId = 0x52494E48; // "RINH"
    private const long SchemaVersion = 4;

    private readonly Synchronous _synchronous;

    private LedgerFile(string path, Synchronous synchronous)
    {
        Path = path;
        _synchronous = synchronous;
    }

    /// <summary>The database file's path.</summary>
    public string Path { get; }

    /// <summary>Says what a commit of the writer waits for.</summary>
    public string SynchronousPragma =>
        $"PRAGMA synchronous = {(_synchronous == Synchronous.Full ? "FULL" : "NORMAL")};";

    /// <summary>Writes the schema's version once more: a change of a page that changes nothing.</summary>
    public static string VersionPragma => $"PRAGMA user_version = {SchemaVersion}";

    /// <summary>
    /// Makes the file ready for use. Any number of processes may do so at once: they pass the gate one by one, the
    /// first finds an empty file and fills it, the others find it filled.
    /// </summary>
    /// <exception cref="SqliteException">The file is not a ledger of this version, or cannot be used.</exception>
    /// <exception cref="IOException">The directory does not exist or a file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be opened.</exception>
    public static LedgerFile Open(string path, Synchronous synchronous)
    {
        if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } directory && !Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"the ledger's directory {directory} does not exist");
        }

        var file = new LedgerFile(path, synchronous);
        using var gate = new Gate(path);
        gate.Enter();
        try
        {
            file.RefuseForeign();
            using var database = Database.Open(path);
            if (database.IsReadOnly)
            {
                throw new SqliteException($"{path} is read-only", SqliteResult.ReadOnly);
            }

            var hasSchema = file.HasSchema(database);
            file.UseWriteAheadLog(database);
            if (!hasSchema)
            {
                CreateSchema(database);
            }
        }
        finally
        {
            gate.Exit();
        }

        return file;
    }

    /// <summary>
    /// A ledger that is there already, as an operator's command needs it: nothing is made, and nobody waited for.
    /// </summary>
    /// <exception cref="RefusalException">There is none, or it is not of this version, or cannot be read.</exception>
    public static LedgerFile OpenExisting(string path, Synchronous synchronous)
    {
        if (!File.Exists(path))
        {
            throw new RefusalException($"there is no ledger at {path}");
        }

        var file = new LedgerFile(path, synchronous);
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

    /// <summary>What is wrong with a database's marks of being a ledger of this version, if anything is.</summary>
    /// <exception cref="SqliteException">They cannot be read.</exception>
    public static string? WhyNoLedger(Database database)
    {
        var applicationId = database.QueryInt64("PRAGMA application_id");
        var version = database.QueryInt64("PRAGMA user_version");
        return (applicationId, version) switch
        {
            (not ApplicationId, _) => $"application id {applicationId} instead of {ApplicationId}",
            (_, not SchemaVersion) => $"schema version {version} instead of {SchemaVersion}",
            _ => null,
        };
    }

    /// <summary>Whether a database says that it is a ledger, of whatever version, or is empty.</summary>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static bool IsOurs(Database database) =>
        database.QueryInt64("PRAGMA application_id") == ApplicationId
        || database.QueryInt64("SELECT count(*) FROM sqlite_schema") == 0;

    /// <summary>A connection for the one writer.</summary>
    public Database OpenWriter()
    {
        // foreign_keys: the file too refuses a transaction of an unknown account.
        return OpenConnection(Limits.WriterCacheKib, $"""
            {SynchronousPragma}
            PRAGMA foreign_keys = ON;
            """);
    }

    /// <summary>A connection that cannot change anything.</summary>
    public Database OpenReader() => OpenConnection(Limits.ReaderCacheKib, "PRAGMA query_only = ON;");

    /// <summary>A connection for the checkpointer.</summary>
    public Database OpenCheckpointer() => OpenConnection(Limits.ReaderCacheKib, "");

    private Database OpenConnection(int cacheKib, string morePragmas)
    {
        var database = Database.Open(Path);
        // temp_store: nothing of a query ever goes to a second file. mmap_size: off, since a disk that fails under a
        // mapping kills the process (SIGBUS) instead of failing one read, and since each commit of another connection
        // makes SQLite undo the mapping. cache_size: bounded (negative: KiB), as the default would be shared by no one
        // and a large one would not fit the container. journal_size_limit: a WAL that once grew is cut back when it is
        // started over. wal_autocheckpoint: off, since a commit that checkpoints makes everybody wait for its fsyncs;
        // the checkpointer does it beside the requests.
        var pragmas = $"""
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = 0;
            PRAGMA cache_size = -{cacheKib};
            PRAGMA journal_size_limit = {Limits.WalBytesKept};
            PRAGMA wal_autocheckpoint = 0;
            {morePragmas}
            """;
        try
        {
            database.Execute(pragmas);
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
    private void RefuseForeign()
    {
        if (!File.Exists(Path) || new FileInfo(Path).Length == 0)
        {
            return;
        }

        try
        {
            using var database = Database.OpenToLook(Path);
            _ = HasSchema(database);
        }
        catch (SqliteException error) when (SqliteResult.Primary(error.ResultCode) == SqliteResult.ReadOnly)
        {
            // A crash has left a journal that must be rolled back before anyone can look. The next look is the same.
        }
    }

    // False for an empty database. Throws for one that is not ours.
    private bool HasSchema(Database database)
    {
        var applicationId = database.QueryInt64("PRAGMA application_id");
        var version = database.QueryInt64("PRAGMA user_version");
        if (applicationId == ApplicationId)
        {
            return version == SchemaVersion ? true : throw new SqliteException(
                $"{Path} has schema version {version}; this server knows version {SchemaVersion}", 0);
        }

        if (applicationId != 0 || database.QueryInt64("SELECT count(*) FROM sqlite_schema") != 0)
        {
            throw new SqliteException($"{Path} is another program's database", 0);
        }

        return false;
    }

    // Readers then never wait for the writer, nor it for them. The mode stays in the file; one made by hand may lack
    // it.
    private void UseWriteAheadLog(Database database)
    {
        var mode = database.QueryText("PRAGMA journal_mode = WAL");
        if (mode != "wal")
        {
            throw new SqliteException($"{Path} cannot use a write-ahead log (journal mode stays {mode})", 0);
        }
    }

    private static void CreateSchema(Database database)
    {
        database.Execute("BEGIN IMMEDIATE");
        database.Execute(ReadSchema());
        database.Execute("COMMIT");
    }

    private static string ReadSchema()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
