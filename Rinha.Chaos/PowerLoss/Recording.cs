namespace Rinha.Chaos.PowerLoss;

// A recorded run of the bank: every write to its files, and for each answered transaction the log's length at that
// moment and its row, in rising order.
internal sealed record Recording(
    IReadOnlyList<LogRecord> Records,
    IReadOnlyList<PostedRow> History,
    IReadOnlyList<(long LogLength, int Index)> Answers)
{
    private const int Connections = 32;
    private const double Rate = 2_000;
    private const long EnoughLogBytes = 24 * 1024 * 1024; // About five checkpoints.

    public int WalStarts => Records.Count(IsWalStart);

    // The records of checkpoints and of WAL restarts.
    public IReadOnlyList<int> CriticalRecords() => [.. Enumerable.Range(0, Records.Count)
        .Where(index => Records[index].File == LoggedFile.Database || IsWalStart(Records[index]))];

    // The fewest rows with which a ledger can hold every transaction answered by this log length.
    public int RowsAnsweredBy(long logLength) =>
        Answers.TakeWhile(answer => answer.LogLength <= logLength).Max(answer => (int?)answer.Index) + 1 ?? 0;

    public int AnsweredAfter(int rows, long logLength) =>
        Answers.TakeWhile(answer => answer.LogLength <= logLength).Count(answer => answer.Index >= rows);

    // Runs a bank under load until its WAL has restarted a few times.
    public static Recording Record(CampaignRun run, string synchronous)
    {
        var directory = Directory.CreateDirectory(Path.Combine(run.Directory, synchronous)).FullName;
        var logPath = Path.Combine(directory, "writes");
        using var bank = new Bank(run, new BankOptions
        {
            Synchronous = synchronous,
            DataDirectory = Path.Combine(directory, "data"),
            Faults = true,
            WriteLog = logPath,
        });
        bank.Start();
        LoggedAnswers? answers = null;
        using var load = new BackgroundLoad(
            bank.Front,
            BackgroundLoad.Endless(Rate, Connections, run.Random.Next()),
            inner => answers = new LoggedAnswers(inner, logPath));
        Wait.Until(
            () => new FileInfo(logPath).Length > EnoughLogBytes,
            () => $"only {new FileInfo(logPath).Length} bytes are logged");
        bank.Kill();
        load.Stop();
        LedgerCheck.Run(run, bank.Ledger, [load.Log]);
        var history = PostedRow.ReadAll(bank.DatabasePath);
        var lengths = answers!.Lengths;
        List<(long, int)> answered =
            [.. history.Index().Where(row => lengths.ContainsKey(row.Item.Text)).Select(
                row => (lengths[row.Item.Text], row.Index)).Order()];
        var records = WriteLog.Read(File.ReadAllBytes(logPath));
        Directory.Delete(directory, recursive: true);
        return new Recording(records, history, answered);
    }

    private static bool IsWalStart(LogRecord record) =>
        record is { Call: LoggedCall.Write, File: LoggedFile.WriteAheadLog, Offset: 0 };
}

// Notes the write log's length when each transaction is acknowledged.
internal sealed class LoggedAnswers(IRequestObserver inner, string logPath) : IRequestObserver
{
    private readonly FileInfo _log = new(logPath);

    public Dictionary<string, long> Lengths { get; } = [];

    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (plan.Operation != Operation.Statement && answer.Status == 200)
        {
            _log.Refresh();
            Span<byte> text = stackalloc byte[TextCode.Length];
            TextCode.Write(plan.Text, text);
            Lengths[Encoding.ASCII.GetString(text)] = _log.Length;
        }

        inner.OnAnswer(plan, answer);
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer) =>
        inner.OnFailure(plan, kind, answer);
}

// Reads the fault library's log (FAULT_LOG): everything the servers did to the database's files, in order. A write is
// logged after the call, a sync before and after.
internal static class WriteLog
{
    private const uint Magic = 0x46524C47;

    // An incomplete record, whose writer was killed, ends the log.
    public static List<LogRecord> Read(ReadOnlyMemory<byte> log)
    {
        var records = new List<LogRecord>();
        var start = 0;
        while (log.Length - start >= LogRecord.HeaderBytes)
        {
            var header = MemoryMarshal.Read<Header>(log.Span[start..]);
            if (header.Magic != Magic || header.Length < 0)
            {
                throw new ChaosException($"no record at byte {start} of the write log");
            }

            if (header.Length > log.Length - start - LogRecord.HeaderBytes)
            {
                break;
            }

            var data = log.Slice(start + LogRecord.HeaderBytes, (int)header.Length);
            records.Add(new LogRecord(start, header.Call, header.File, header.Offset, data, header.Sync));
            start = (int)records[^1].End;
        }

        return records;
    }

    // struct record in faults.c.
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Header(
        uint Magic, LoggedCall Call, LoggedFile File, uint ProcessId, long Offset, long Length, ulong Sync);
}

// Offset: of a write, or the new length of a truncate. Sync: pairs the SyncBegin and SyncEnd of one call.
internal readonly record struct LogRecord(
    long Start, LoggedCall Call, LoggedFile File, long Offset, ReadOnlyMemory<byte> Data, ulong Sync)
{
    public const int HeaderBytes = 40;

    public long End => Start + HeaderBytes + Data.Length;
}

internal enum LoggedCall
{
    Write = 1,
    Truncate,
    SyncBegin, // Covers the writes before it.
    SyncEnd,
    Unlink,
    Create,
}

internal enum LoggedFile
{
    Database,
    WriteAheadLog,
    Journal, // The rollback journal, used while the file is created.
}
