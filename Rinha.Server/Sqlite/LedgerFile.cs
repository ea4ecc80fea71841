using System.Reflection;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;
using Rinha.Server.Sqlite.Upkeep;

namespace Rinha.Server.Sqlite;

/// <summary>What a commit waits for (https://www.sqlite.org/pragma.html#pragma_synchronous).</summary>
public enum Synchronous
{
    /// <summary>The kernel: the transaction survives a crash of every process, but not a power loss.</summary>
    Normal,

    /// <summary>The disk: the transaction survives a power loss too.</summary>
    Full,
}

// The ledger's file. Opening checks that the file is a ledger, creates the schema in an empty one and converts an older
// one. Then it opens connections with the right pragmas. Immutable once open.
internal sealed class LedgerFile
{
    private const long ApplicationId = 0x52494E48; // "RINH"

    // Version 4 is the first that was released. schema.sql has the current one.
    public static readonly SchemaVersions Versions = new(
        oldest: 4,
        "ALTER TABLE chaves ADD COLUMN seq INTEGER CHECK (seq > 0)",
        // A key was unique in the ledger; now it is in its account. The index comes last: SQLite then sorts its rows.
        """
        CREATE TABLE novas (
          id INTEGER PRIMARY KEY, chave TEXT NOT NULL CHECK (length(chave) BETWEEN 1 AND 64),
          cliente_id INTEGER NOT NULL REFERENCES clientes (id), valor INTEGER NOT NULL,
          tipo TEXT NOT NULL CHECK (tipo IN ('c', 'd')), descricao TEXT NOT NULL, limite INTEGER NOT NULL,
          saldo INTEGER CHECK (saldo >= -limite), criada_em INTEGER NOT NULL, seq INTEGER CHECK (seq > 0)) STRICT;
        INSERT INTO novas SELECT * FROM chaves ORDER BY id;
        DROP TABLE chaves;
        ALTER TABLE novas RENAME TO chaves;
        CREATE UNIQUE INDEX chave_do_cliente ON chaves (chave, cliente_id);
        """);

    private readonly Synchronous _synchronous;
    private readonly SchemaVersions _versions;

    private LedgerFile(string path, Synchronous synchronous, SchemaVersions? versions)
    {
        Path = path;
        _synchronous = synchronous;
        _versions = versions ?? Versions;
    }

    public string Path { get; }

    // The ledger's version before Open converted it; null if it did not.
    public long? ConvertedFrom { get; private set; }

    // Whether opening has created the ledger.
    public bool IsNew { get; private set; }

    public string SynchronousPragma =>
        $"PRAGMA synchronous = {(_synchronous == Synchronous.Full ? "FULL" : "NORMAL")};";

    // Rewrites the schema's version: dirties a page without changing anything.
    public static string VersionPragma => $"PRAGMA user_version = {Versions.Current}";

    // Opens, creates or converts the ledger. Several processes may call it at once: a lock serializes them, and the
    // first one creates or converts. RefusalException: there is no ledger, and none may be created.
    public static LedgerFile Open(
        string path,
        Synchronous synchronous,
        SchemaVersions? versions = null,
        bool mayCreate = true,
        InitialAccounts? accounts = null)
    {
        if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } directory && !Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"the ledger's directory {directory} does not exist");
        }

        var isMissing = new FileInfo(path) is not { Exists: true, Length: > 0 };
        if (isMissing && !mayCreate)
        {
            throw new RefusalException($"there is no ledger at {path}, and mode=rw creates none");
        }

        // Before any file is made: a refused start leaves none.
        var limits = isMissing ? accounts?.ReadLimits() : null;
        var file = new LedgerFile(path, synchronous, versions);
        using var start = new GateFile(path + "-gate", path);
        start.Lock(GateFile.StartByte);
        file.ConvertIfOlder();
        using var gate = new Gate(path); // Dispose exits it.
        gate.Enter();
        using var database = Database.Open(path);
        if (database.IsReadOnly)
        {
            throw new SqliteException($"{path} is read-only", SqliteResult.ReadOnly);
        }

        var hasSchema = file.HasSchema(database);
        limits = hasSchema ? null : limits ?? accounts?.ReadLimits();
        // With WAL, readers and the writer never wait for each other. The mode is persistent, but a file made by hand
        // may lack it.
        var mode = database.QueryText("PRAGMA journal_mode = WAL");
        if (mode != "wal")
        {
            throw new SqliteException($"{path} cannot use a write-ahead log (journal mode stays {mode})", 0);
        }

        if (!hasSchema)
        {
            database.Execute("BEGIN IMMEDIATE");
            CreateSchema(database, limits);
            database.Execute("COMMIT");
            file.IsNew = true;
        }

        return file;
    }

    // An existing ledger, for an operator's command, whose commits sync: creates nothing and takes no lock.
    // RefusalException: the ledger does not exist, has another version or cannot be read.
    public static LedgerFile OpenExisting(string path, SchemaVersions? versions = null)
    {
        if (!File.Exists(path))
        {
            throw new RefusalException($"there is no ledger at {path}");
        }

        var file = new LedgerFile(path, Synchronous.Full, versions);
        try
        {
            using var database = Database.OpenReadOnly(path);
            return file.HasSchema(database) ? file : throw new RefusalException($"{path} is empty");
        }
        catch (SqliteException error)
        {
            throw new RefusalException(error.Message, error);
        }
    }

    // Creates the tables in an empty database, with the schema's accounts or with these instead.
    public static void CreateSchema(Database database, IReadOnlyDictionary<long, long>? limitsCents)
    {
        database.Execute(ReadSchema());
        if (limitsCents is null)
        {
            return;
        }

        database.Execute("DELETE FROM clientes");
        using var insert = new PreparedStatement(database, "INSERT INTO clientes (id, limite) VALUES (?1, ?2)");
        foreach (var (id, limitCents) in limitsCents)
        {
            insert.Bind(1, id);
            insert.Bind(2, limitCents);
            if (insert.Run() != SqliteResult.Done)
            {
                throw database.Error("add the first accounts");
            }
        }
    }

    // A read-only connection in one transaction, for reading all of a ledger: its sorts and temporary tables spill to
    // files, so memory stays bounded.
    public static Database OpenSnapshot(string path)
    {
        var database = Database.OpenReadOnly(path);
        try
        {
            database.Execute($"""
                PRAGMA temp_store = FILE;
                PRAGMA cache_size = -{Limits.AuditCacheKib};
                PRAGMA temp.cache_size = -{Limits.AuditCacheKib};
                BEGIN;
                """);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    // The size of a ledger's write-ahead log; 0 if it has none.
    public static long WalBytesOf(string path) => new FileInfo(path + "-wal") is { Exists: true } wal ? wal.Length : 0;

    // A ledger's schema version; null if the database is not a ledger.
    public static long? VersionOf(Database database) =>
        database.QueryInt64("PRAGMA application_id") == ApplicationId
            ? database.QueryInt64("PRAGMA user_version")
            : null;

    // Whether a database is a ledger of any version, or empty.
    public static bool IsLedgerOrEmpty(Database database) => VersionOf(database) is not null || HasNoTables(database);

    // Throws if another server has converted the ledger since this one opened it. Open a Gate first: while that is
    // open, no server can convert.
    public void EnsureNotConverted()
    {
        using var database = Database.OpenReadOnly(Path);
        _ = HasSchema(database);
    }

    // foreign_keys: the database itself also rejects a transaction of an unknown account.
    public Database OpenWriter() =>
        OpenConnection(Limits.WriterCacheKib, $"{SynchronousPragma} PRAGMA foreign_keys = ON;");

    public Database OpenReader() => OpenConnection(Limits.ReaderCacheKib, "PRAGMA query_only = ON;");

    public Database OpenCheckpointer() => OpenConnection(Limits.ReaderCacheKib, "");

    // temp_store: queries never spill to a second file. mmap_size: off, since a disk error under a mapping kills the
    // process (SIGBUS) instead of failing one read, and each commit of another connection makes SQLite remap.
    // cache_size: in KiB (negative), bounded because every connection has its own and the container is small.
    // journal_size_limit: truncates a WAL that has grown, when it starts over. wal_autocheckpoint: off, since a commit
    // that checkpoints makes all requests wait for its fsyncs; the checkpointer runs beside them.
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

    // Opens read-only first: closing a writable connection would checkpoint another program's database.
    private void ConvertIfOlder()
    {
        if (!File.Exists(Path) || new FileInfo(Path).Length == 0)
        {
            return;
        }

        try
        {
            using var database = Database.OpenReadOnly(Path);
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
            // A crash has left a journal that must be rolled back first. Open checks again with a writable connection.
        }

        if (ConvertedFrom is { } version)
        {
            LedgerUpgrade.Run(Path, version, _versions);
        }
    }

    // False for an empty database. Throws if it is not a ledger or has another version.
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

    // Null for an empty database. Throws if it is not a ledger.
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
