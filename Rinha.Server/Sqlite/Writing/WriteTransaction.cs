using System.Runtime.CompilerServices;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Writing;

internal enum BeginResult
{
    Begun,
    Busy, // Another connection has the lock; after Begin(waits: true), still after Limits.BusyTimeoutMs.
    Failed, // The database cannot be written.
}

// The writing connection: begin, apply any number of writes, commit or roll back.
internal sealed unsafe class WriteTransaction : IDisposable
{
    private readonly Database _database;
    private readonly PreparedStatement _begin;
    private readonly PreparedStatement _commit;
    private readonly Postings _postings;
    private readonly IdempotencyStore _keys;
    private readonly PreparedStatement _version;
    private readonly string _synchronousPragma;
    private readonly int* _walPages;

    public WriteTransaction(LedgerFile file)
    {
        _database = file.OpenWriter();
        _database.SetBusyTimeout(0); // Only Begin waits for a lock, if it is told to.
        _begin = _database.Prepare("BEGIN IMMEDIATE");
        _commit = _database.Prepare("COMMIT");
        _postings = new Postings(_database);
        _keys = new IdempotencyStore(_database);
        _version = _database.Prepare(LedgerFile.VersionPragma);
        _synchronousPragma = file.SynchronousPragma;
        _walPages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _ = NativeSqlite.WalHook(_database.Handle, &OnCommit, (nint)_walPages);
    }

    public int WalPages => *_walPages;

    // Transactions since Begin; a replay under a key counts as neither.
    public int Posted { get; private set; }

    public int Refused { get; private set; }

    // Whether the ledger's file is another one, or none, by now.
    public bool IsLost => _database.HasMoved;

    public SqliteException LastError { get; private set; } = new("no failure", SqliteResult.Ok);

    public void NoteLost() =>
        LastError = new SqliteException("the file was moved, replaced or deleted", SqliteResult.IoError);

    // Takes the database's write lock; if waits, gives another program Limits.BusyTimeoutMs to release it.
    public BeginResult Begin(bool waits)
    {
        _postings.ForgetLastId();
        Posted = Refused = 0;
        var result = _begin.Run();
        if (waits && SqliteResult.Primary(result) == SqliteResult.Busy)
        {
            _database.SetBusyTimeout(Limits.BusyTimeoutMs);
            result = _begin.Run();
            _database.SetBusyTimeout(0);
        }

        if (result == SqliteResult.Done)
        {
            return BeginResult.Begun;
        }

        LastError = _database.Error("begin");
        return SqliteResult.IsLocked(result) ? BeginResult.Busy : BeginResult.Failed;
    }

    // Applies one write; after PostResult.StorageFailed roll everything back.
    public WriteOutcome Apply(PendingWrite write) => write switch
    {
        PendingPost { IdempotencyKey: null } post => Post(post, Timestamp.Now),
        PendingPost post => PostOnce(post, Timestamp.Now),
        PendingReset => _postings.TryReset() ? PostResult.Accepted : NoteFailure("reset"),
        _ => throw new UnreachableException(write.ToString()),
    };

    // A real write that changes nothing; after false roll back.
    public bool TryProbe()
    {
        var isWritten = _version.Run() == SqliteResult.Done;
        LastError = isWritten ? LastError : _database.Error("probe");
        return isWritten;
    }

    // Commits; false when SQLite could not: then nothing has been kept.
    public bool TryCommit()
    {
        if (_commit.Run() == SqliteResult.Done)
        {
            return true;
        }

        LastError = _database.Error("commit");
        RollBack();
        OverwriteFailedCommit();
        return false;
    }

    // Undoes everything since Begin, unless SQLite has done so by itself.
    public void RollBack() => _database.RollBack();

    public void Dispose()
    {
        _database.Dispose();
        NativeMemory.Free(_walPages);
    }

    // A transaction with a key. Its answer, even a refusal, is kept in the same commit: the same request gets the same
    // answer again even if the balance would allow it by now.
    private WriteOutcome PostOnce(PendingPost post, Timestamp now) => _keys.Admit(post, now, out var first) switch
    {
        KeyState.New => PostAndKeep(post, now),
        KeyState.Known => first,
        KeyState.Full => PostResult.TooManyKeys,
        KeyState.Failed => NoteFailure("look up a key"),
    };

    private WriteOutcome PostAndKeep(PendingPost post, Timestamp now)
    {
        var outcome = Post(post, now);
        return outcome.Result is PostResult.Accepted or PostResult.LimitExceeded or PostResult.BalanceOverflow
            && !_keys.TryKeep(post, outcome.Result, now)
            ? NoteFailure("keep an answer")
            : outcome;
    }

    // A COMMIT that fails in its fsync has already written its pages to the WAL, the mark of the commit included. They
    // do not count until a crash, after which recovery takes them for committed. So a transaction that changes
    // nothing takes their place at once; it does not wait for the disk, which may be what fails.
    private void OverwriteFailedCommit()
    {
        _ = _database.TryExecute("PRAGMA synchronous = NORMAL;");
        if (_begin.Run() == SqliteResult.Done && _version.Run() == SqliteResult.Done)
        {
            _ = _commit.Run();
        }

        RollBack();
        _ = _database.TryExecute(_synchronousPragma);
    }

    private WriteOutcome Post(PendingPost post, Timestamp now)
    {
        var outcome = _postings.Post(post, now);
        Posted += outcome.Result == PostResult.Accepted ? 1 : 0;
        Refused += outcome.IsRefusal ? 1 : 0;
        return outcome.Result == PostResult.StorageFailed ? NoteFailure("post") : outcome;
    }

    private PostResult NoteFailure(string action)
    {
        LastError = _database.Error(action);
        return PostResult.StorageFailed;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCommit(nint walPages, nint database, byte* name, int pages)
    {
        *(int*)walPages = pages;
        return SqliteResult.Ok;
    }
}
