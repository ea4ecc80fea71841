using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Native;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite.Seed;

/// <summary>
/// A writing connection of <see cref="SeedLedger"/>: takes what waits, as much as one of its transactions may have,
/// commits and answers, on whichever thread of the pool runs it, until nothing waits.
/// </summary>
internal sealed class SeedWriter : IThreadPoolWorkItem, IDisposable
{
    private readonly WriteQueue _queue;
    private readonly Checkpointer _checkpointer;
    private readonly StorageAlarm _alarm;
    private readonly LedgerMetrics _metrics;
    private readonly Action<SeedWriter> _onIdle;
    private readonly WriteTransaction _transaction;
    private readonly Batch _batch;
    private readonly Gate? _gate; // Of its own: they compete. None where SQLite's busy handler is used.

    public SeedWriter(
        LedgerFile file,
        SeedChoices seed,
        WriteQueue queue,
        Checkpointer checkpointer,
        StorageAlarm alarm,
        LedgerMetrics metrics,
        Action<SeedWriter> onIdle)
    {
        _queue = queue;
        _checkpointer = checkpointer;
        _alarm = alarm;
        _metrics = metrics;
        _onIdle = onIdle;
        _batch = new Batch(seed.HasFlag(SeedChoices.Connections) ? 1 : Limits.BatchWritesMax);
        _transaction = new WriteTransaction(file, seed);
        _gate = seed.HasFlag(SeedChoices.Busy) ? null : new Gate(file.Path);
    }

    /// <summary>Writes until nothing waits.</summary>
    public void Execute()
    {
        while (_batch.TakeFrom(_queue) is { IsEmpty: false } taken)
        {
            if (_gate is null)
            {
                Write(taken);
            }
            else
            {
                WriteInGate(_gate, taken);
            }

            _batch.Complete();
            if (_transaction.WalPages >= Limits.CheckpointPages)
            {
                _checkpointer.Request();
            }
        }

        _onIdle(this);
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _gate?.Dispose();
    }

    private void WriteInGate(Gate gate, ReadOnlySpan<PendingWrite> taken)
    {
        var askedAtNs = Clock.NowNs;
        if (!gate.TryEnter(Limits.BusyTimeoutMs))
        {
            _batch.FailAll(PostResult.Busy);
            return;
        }

        _metrics.GateWait.Record(Clock.NowNs - askedAtNs);
        try
        {
            Write(taken);
        }
        finally
        {
            gate.Exit();
        }
    }

    private void Write(ReadOnlySpan<PendingWrite> taken)
    {
        if (_transaction.Begin(waits: true) != BeginResult.Begun)
        {
            FailAll();
            return;
        }

        // What has come meanwhile joins it, if there is room.
        for (; !taken.IsEmpty; taken = _batch.TakeFrom(_queue))
        {
            foreach (var write in taken)
            {
                var result = _transaction.Apply(write);
                if (result == PostResult.StorageFailed)
                {
                    _transaction.Rollback();
                    FailAll();
                    return;
                }

                _batch.SetNext(result);
            }
        }

        var beganAtNs = Clock.NowNs;
        if (!_transaction.TryCommit())
        {
            FailAll();
            return;
        }

        _metrics.CommitDuration.Record(Clock.NowNs - beganAtNs);
        _metrics.BatchWrites.Record(_batch.Count);
        _metrics.CountTransactions(_transaction.Posted, _transaction.Refused);
    }

    // Nothing has been kept. Busy also means that a deferred transaction has read what is old by now.
    private void FailAll()
    {
        var error = _transaction.LastError;
        if (SqliteResult.Primary(error.ResultCode) == SqliteResult.Busy)
        {
            _batch.FailAll(PostResult.Busy);
            return;
        }

        _alarm.Raise(error);
        _batch.FailAll();
    }
}
