using System.Diagnostics.CodeAnalysis;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

// The reading connections. A read runs on the caller's thread and waits for no other.
internal sealed class ReaderPool : IDisposable
{
    private readonly LedgerFile _file;
    private readonly StorageAlarm _alarm;

    // Reads do not await, so there are never more readers than threads.
    private readonly Stack<StatementReader> _idle = new();

    // Opens the first one. SqliteException: the file cannot be read.
    public ReaderPool(LedgerFile file, StorageAlarm alarm)
    {
        _file = file;
        _alarm = alarm;
        _idle.Push(new StatementReader(file));
    }

    public LookupResult Read(long accountId, Statement statement) =>
        Use(accountId, statement, static (reader, id, statement) => reader.Read(id, statement));

    public LookupResult ReadHistory(long accountId, HistoryPage page) =>
        Use(accountId, page, static (reader, id, page) => reader.ReadHistory(id, page));

    public LookupResult Find(long accountId) =>
        Use<object?>(accountId, null, static (reader, id, _) => reader.Find(id));

    public void Dispose()
    {
        lock (_idle)
        {
            while (_idle.TryPop(out var reader))
            {
                reader.Dispose();
            }
        }
    }

    private LookupResult Use<T>(long accountId, T answer, Func<StatementReader, long, T, LookupResult> read)
    {
        if (!TryRent(out var reader, out var refusal))
        {
            return refusal;
        }

        var result = read(reader, accountId, answer);
        if (result == LookupResult.StorageFailed)
        {
            _alarm.Raise(reader.LastError);
        }

        lock (_idle)
        {
            _idle.Push(reader);
        }

        return result;
    }

    private bool TryRent([NotNullWhen(true)] out StatementReader? reader, out LookupResult refusal)
    {
        refusal = LookupResult.StorageFailed;
        lock (_idle)
        {
            if (_idle.TryPop(out reader))
            {
                return true;
            }
        }

        try
        {
            reader = new StatementReader(_file);
            return true;
        }
        catch (SqliteException error) when (SqliteResult.IsLocked(error.ResultCode))
        {
            refusal = LookupResult.Busy;
            return false;
        }
        catch (SqliteException error)
        {
            _alarm.Raise(error);
            return false;
        }
    }
}
