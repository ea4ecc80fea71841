using System.Diagnostics.CodeAnalysis;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

/// <summary>The reading connections. A read runs on the caller's thread and waits for nobody.</summary>
internal sealed class ReaderPool : IDisposable
{
    private readonly LedgerFile _file;
    private readonly StorageAlarm _alarm;

    // Reads do not await, so there are never more readers than threads.
    private readonly Stack<StatementReader> _idle = new();

    /// <summary>Opens the first one.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public ReaderPool(LedgerFile file, StorageAlarm alarm)
    {
        _file = file;
        _alarm = alarm;
        _idle.Push(new StatementReader(file));
    }

    /// <inheritdoc cref="ILedger.ReadStatementAsync"/>
    public LookupResult Read(long accountId, Statement statement)
    {
        if (!TryRent(out var reader, out var refusal))
        {
            return refusal;
        }

        var result = reader.Read(accountId, statement);
        Return(reader, result);
        return result;
    }

    /// <inheritdoc cref="ILedger.ReadHistoryAsync"/>
    public LookupResult ReadHistory(long accountId, HistoryPage page)
    {
        if (!TryRent(out var reader, out var refusal))
        {
            return refusal;
        }

        var result = reader.ReadHistory(accountId, page);
        Return(reader, result);
        return result;
    }

    /// <inheritdoc cref="ILedger.FindAccountAsync"/>
    public LookupResult Find(long accountId)
    {
        if (!TryRent(out var reader, out var refusal))
        {
            return refusal;
        }

        var result = reader.Find(accountId);
        Return(reader, result);
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

    private void Return(StatementReader reader, LookupResult result)
    {
        if (result == LookupResult.StorageFailed)
        {
            _alarm.Raise(reader.LastError);
        }

        lock (_idle)
        {
            _idle.Push(reader);
        }
    }
}
