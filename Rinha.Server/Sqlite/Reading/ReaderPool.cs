using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite.Reading;

// The reading connections. A read runs on the caller's thread and waits for no other.
internal sealed class ReaderPool : IDisposable
{
    private readonly LedgerFile _file;
    private readonly ThrottledErrorLog _errors;

    // Reads do not await, so there are never more readers than threads.
    private readonly Stack<StatementReader> _idle = new();

    public ReaderPool(LedgerFile file, ThrottledErrorLog errors)
    {
        _file = file;
        _errors = errors;
        _idle.Push(new StatementReader(file));
    }

    public LookupResult Use<T>(long accountId, T target, Func<StatementReader, long, T, LookupResult> read)
    {
        StatementReader reader;
        try
        {
            reader = Rent();
        }
        catch (SqliteException error)
        {
            if (SqliteResult.IsLocked(error.ResultCode))
            {
                return LookupResult.Busy;
            }

            _errors.Write(error);
            return LookupResult.StorageFailed;
        }

        var result = read(reader, accountId, target);
        if (result == LookupResult.StorageFailed)
        {
            _errors.Write(reader.LastError);
        }

        lock (_idle)
        {
            _idle.Push(reader);
        }

        return result;
    }

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

    private StatementReader Rent()
    {
        lock (_idle)
        {
            if (_idle.TryPop(out var reader))
            {
                return reader;
            }
        }

        return new StatementReader(_file);
    }
}
