using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.Chaos.Soak;

// A long run at a high rate: memory, descriptors and latency at its end must match those at its beginning.
internal static class SoakCampaign
{
    private const int Connections = 64;
    private const int WarmUpConnections = 256;
    private const double WarmUpRateMax = 60_000; // More than a stack reaches.
    private const double Megabyte = 1024 * 1024;
    private const double WalMegabytesMax = 64;

    // The ratio of the last part to the first. The short form only proves that the campaign works.
    private const double GrowthMax = 1.05;
    private const double ShortGrowthMax = 1.5;

    // Seconds of each soak minute: half an hour gives parts of 5, 20 and 5 minutes.
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_middle = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    public static void Run(CampaignRun run)
    {
        var isShort = run.Settings.IsShort;
        var rate = isShort ? 2_000.0 : 10_000.0;
        var growthMax = isShort ? ShortGrowthMax : GrowthMax;
        List<TimeSpan> parts = [.. new[] { s_end, s_middle, s_end }
            .Select(part => isShort ? s_short : run.Settings.SoakMinutes * part)];
        using var bank = new Bank(run);
        bank.Start();
        var logs = parts.Select(part => new SoakLog((long)(rate * part.TotalSeconds))).ToList();
        var reports = new List<RunReport>();
        var samples = new List<List<ResourceSample>>();
        // Warm up at the highest rate, so that the heap has reached its size before the first part.
        var warmUp = Part(rate, isShort ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(1), run.Seed) with
        {
            Connections = WarmUpConnections,
            Rate = null,
        };
        var warmUpLog = new SoakLog((long)(WarmUpRateMax * warmUp.Duration!.Value.TotalSeconds));
        _ = Load(bank, warmUp, warmUpLog);
        foreach (var (index, part) in parts.Index())
        {
            var load = Part(rate, part, run.Seed + index + 1, isShort);
            samples.Add(Sample(bank, () => reports.Add(Load(bank, load, logs[index]))));
            run.Check(reports[^1].Summary.Failed == 0, () => $"{reports[^1].Summary.Failed} requests failed");
            run.CountTry();
        }

        CheckGrowth(run, growthMax, samples);
        var (first, last) = (reports[0].Latency.P99 * 1e3, reports[^1].Latency.P99 * 1e3);
        var longest = reports.Max(report => report.Latency.Max) * 1e3;
        run.CheckSpeed(last <= first * growthMax, () => $"p99 went from {first:F2} to {last:F2} ms");
        run.AddResult($"p99 {first:F2} -> {last:F2} ms, max {longest:F0} ms");
        LedgerCheck.CheckStorage(run, bank.Ledger);
        SoakLog.Compare(run, bank.DatabasePath, [warmUpLog, .. logs]);
        run.AddResult($"{reports.Sum(report => report.Summary.Completed):N0} requests, "
            + $"{logs.Sum(log => log.AcknowledgedCount):N0} transactions acknowledged");
    }

    private static void CheckGrowth(CampaignRun run, double growthMax, List<List<ResourceSample>> samples)
    {
        var resident = Ends(samples, sample => sample.ResidentBytes / Megabyte);
        var descriptors = Ends(samples, sample => sample.Descriptors);
        var walMegabytes = samples.Max(part => part.Max(sample => sample.WalBytes)) / Megabyte;
        run.Check(
            resident.Last <= resident.First * growthMax,
            () => $"memory went from {resident.First:F1} to {resident.Last:F1} MB");
        // nginx keeps more connections to slower APIs, so the short form does not judge descriptors.
        run.CheckSpeed(
            descriptors.Last <= descriptors.First * growthMax,
            () => $"descriptors went from {descriptors.First:F0} to {descriptors.Last:F0}");
        run.CheckSpeed(walMegabytes <= WalMegabytesMax, () => $"the WAL reached {walMegabytes:F0} MB");
        run.AddResult($"RSS {resident.First:F1} -> {resident.Last:F1} MB (both), "
            + $"descriptors {descriptors.First:F0} -> {descriptors.Last:F0}, WAL <= {walMegabytes:F1} MB");
    }

    private static (double First, double Last) Ends(
        List<List<ResourceSample>> samples, Func<ResourceSample, double> of) =>
        (samples[0].Average(of), samples[^1].Average(of));

    // The short form ends by count, not by time: a slow machine would fail the late requests.
    private static LoadOptions Part(double rate, TimeSpan duration, int seed, bool isCounted = false) => new()
    {
        Connections = Connections,
        Duration = isCounted ? null : duration,
        Iterations = isCounted ? (long)(rate * duration.TotalSeconds) : null,
        Rate = rate,
        RequestTimeout = Bank.Timeout,
        Seed = seed,
        DistinctTexts = true,
    };

    private static RunReport Load(Bank bank, LoadOptions options, SoakLog log) => new LoadSession(
        bank.Front, EnvironmentReader.Read(bank.Front.Url, limits: null), new RunControl(), snapshotsPerSecond: 0)
        .Run(options, log);

    // Samples the APIs' resources once a second while the load runs.
    private static List<ResourceSample> Sample(Bank bank, Action load)
    {
        var samples = new List<ResourceSample>();
        var running = Task.Factory.StartNew(load, TaskCreationOptions.LongRunning);
        do
        {
            var wal = new FileInfo(bank.DatabasePath + "-wal");
            samples.Add(new ResourceSample(
                bank.Apis.Sum(api => api.ResidentBytes.All),
                bank.Apis.Sum(api => api.Descriptors),
                wal.Exists ? wal.Length : 0));
        }
        while (!Task.WhenAny(running).Wait(s_interval));
        running.GetAwaiter().GetResult();
        return samples;
    }

    private readonly record struct ResourceSample(long ResidentBytes, int Descriptors, long WalBytes);
}

// Remembers tens of millions of transactions in four bytes each, where a TransactionLog would need gigabytes. A run's
// texts are consecutive numbers, so each transaction has its index in one array. Used by one thread at a time.
internal sealed class SoakLog(long requests) : IRequestObserver
{
    private const int Margin = 100_000; // The first answer need not belong to the first request.

    private const uint AmountMask = 0x3FFF; // 1 to 10,000 cents.
    private const int ClientShift = 14; // 1 to 5.
    private const uint ClientMask = 0x7;
    private const uint Debit = 1 << 17;
    private const uint Acknowledged = 1 << 18;
    private const uint Unknown = 1 << 19;
    private const uint Seen = 1 << 20;

    private readonly uint[] _transactions = new uint[requests + (2 * Margin)];
    private long _first = -1;

    public long AcknowledgedCount { get; private set; }

    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (answer.Status == 200 && plan.Operation != Operation.Statement)
        {
            AcknowledgedCount++;
            Note(plan, Acknowledged);
        }
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
        if (plan.Operation != Operation.Statement)
        {
            Note(plan, Unknown);
        }
    }

    // Checks the whole history: each acknowledged transaction is there exactly once and as sent, nothing else is, each
    // client's sequence has no gap, and each balance is the sum of its rows.
    public static void Compare(CampaignRun run, string databasePath, IReadOnlyList<SoakLog> logs)
    {
        using var snapshot = new SqliteLedgerSource(databasePath).OpenSnapshot();
        var clients = new (long Rows, long SumCents)[RequestSequence.Clients + 1];
        snapshot.ForEach("SELECT cliente_id, seq, valor, tipo, descricao FROM transacoes ORDER BY id", row =>
        {
            var clientId = (int)row.GetInt64(0);
            var isDebit = row.GetString(3) == "d";
            ref var client = ref clients[clientId];
            client.Rows++;
            client.SumCents += isDebit ? -row.GetInt64(2) : row.GetInt64(2);
            var sequence = row.GetInt64(1);
            run.Check(
                sequence == client.Rows,
                () => $"client {clientId}: sequence {sequence} in row {clients[clientId].Rows}");
            var packed = Pack(clientId, (int)row.GetInt64(2), isDebit);
            var text = row.GetString(4);
            run.Check(
                TextCode.TryRead(Encoding.UTF8.GetBytes(text), out var number)
                    && logs.Any(log => log.TryMarkSeen(number, packed)),
                () => $"'{text}' of client {clientId} was not sent like this, or appears twice");
        });
        snapshot.ForEach("SELECT id, saldo, ultima_seq, saldo >= -limite FROM clientes", row =>
        {
            var id = row.GetInt64(0);
            var stored = (row.GetInt64(2), row.GetInt64(1));
            run.Check(
                stored == clients[id] && row.GetInt64(3) == 1, () => $"client {id}: {stored}, history {clients[id]}");
        });
        var lost = logs.Sum(log => log._transactions.LongCount(bits => (bits & (Acknowledged | Seen)) == Acknowledged));
        run.Check(lost == 0, () => $"{lost} acknowledged transactions are not in the ledger");
    }

    private static uint Pack(int clientId, int amountCents, bool isDebit) =>
        (uint)amountCents | ((uint)clientId << ClientShift) | (isDebit ? Debit : 0);

    private void Note(in RequestPlan plan, uint state)
    {
        if (_first < 0)
        {
            _first = plan.Text - Margin;
        }

        _transactions[plan.Text - _first] =
            Pack(plan.ClientId, plan.AmountCents, plan.Operation == Operation.Debit) | state;
    }

    private bool TryMarkSeen(long text, uint packed)
    {
        var index = text - _first;
        if (index < 0 || index >= _transactions.Length)
        {
            return false;
        }

        ref var known = ref _transactions[index];
        var isAsSent = (known & (AmountMask | (ClientMask << ClientShift) | Debit)) == packed
            && (known & (Acknowledged | Unknown)) != 0 && (known & Seen) == 0;
        known |= Seen;
        return isAsSent;
    }
}
