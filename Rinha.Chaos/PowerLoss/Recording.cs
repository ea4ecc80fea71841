namespace Rinha.Chaos.PowerLoss;

/// <summary>A run of the bank of which everything is known: what was written when, and answered when.</summary>
internal sealed class Recording(
    List<LogRecord> records, List<PostedRow> history, byte[] sharedMemory, byte[] gate)
{
    private const int Connections = 32;
    private const long EnoughLogBytes = 24 * 1024 * 1024; // Some five checkpoints.

    // The log's lengths at which transactions had been answered, rising, each with the rows that must be there then.
    private readonly List<(long LogLength, int Index)> _answers = [];

    public IReadOnlyList<LogRecord> Records => records;
    public IReadOnlyList<PostedRow> History => history; // What the ledger holds at the end of the run.

    public byte[] SharedMemory => sharedMemory;
    public byte[] Gate => gate;
    public int WalStarts => Records.Count(IsWalStart); // How often the WAL was begun or started over.

    /// <summary>Which records are the delicate ones: of a checkpoint, and of the moment when the WAL is started
    /// over.</summary>
    public IReadOnlyList<int> DelicateRecords() => [.. Enumerable.Range(0, Records.Count)
        .Where(index => Records[index].File == LoggedFile.Database || IsWalStart(Records[index]))];

    /// <summary>How many rows must be there if all is that was answered while the log was so long.</summary>
    public int RowsAnsweredBy(long logLength) =>
        _answers.TakeWhile(answer => answer.LogLength <= logLength).Select(answer => answer.Index + 1).DefaultIfEmpty()
            .Max();

    /// <summary>How many of the answered ones are not among the first rows.</summary>
    public int AnsweredAfter(int rows, long logLength) =>
        _answers.TakeWhile(answer => answer.LogLength <= logLength).Count(answer => answer.Index >= rows);

    /// <summary>Lets the bank run under load until it has started its WAL over a few times.</summary>
    public static Recording Make(CampaignRun run, string name, string synchronous, double rate)
    {
        var directory = Directory.CreateDirectory(Path.Combine(run.Directory, name)).FullName;
        var logPath = Path.Combine(directory, "writes");
        using var bank = new Bank(run, new BankOptions
        {
            Synchronous = synchronous,
            DataDirectory = Path.Combine(directory, "data"),
            Faults = true,
            Environment = new Dictionary<string, string> { ["FAULT_LOG"] = logPath },
        });
        bank.Start();
        LoggedAnswers? answers = null;
        using var load = new BackgroundLoad(
            bank.Front,
            BackgroundLoad.Endless(rate, Connections, run.Random.Next()),
            inner => answers = new LoggedAnswers(inner, logPath));
        Wait.Until(() => new FileInfo(logPath).Length > EnoughLogBytes,
            () => $"only {new FileInfo(logPath).Length} bytes are logged");
        bank.Kill();
        load.Stop();
        var sharedMemory = File.ReadAllBytes(bank.DatabasePath + "-shm");
        var gate = File.ReadAllBytes(bank.DatabasePath + "-gate");
        LedgerCheck.Run(run, bank.Ledger, load.Log);
        var recording = new Recording(
            WriteLog.Read(File.ReadAllBytes(logPath)), PostedRow.ReadAll(bank.DatabasePath), sharedMemory, gate);
        recording.Note(answers!.Lengths);
        Directory.Delete(directory, recursive: true);
        return recording;
    }

    private static bool IsWalStart(LogRecord record) =>
        record is { Call: LoggedCall.Write, File: LoggedFile.WriteAheadLog, Offset: 0 };

    private void Note(Dictionary<string, long> lengths)
    {
        for (var index = 0; index < History.Count; index++)
        {
            if (lengths.TryGetValue(History[index].Text, out var length))
            {
                _answers.Add((length, index));
            }
        }

        _answers.Sort();
    }
}

/// <summary>Notes how long the write log was when each transaction's 200 had arrived.</summary>
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
            Lengths[System.Text.Encoding.ASCII.GetString(text)] = _log.Length;
        }

        inner.OnAnswer(plan, answer);
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer) =>
        inner.OnFailure(plan, kind, answer);
}
