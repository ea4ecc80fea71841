using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.Chaos.Soak;

// A long time at a high rate: what the processes hold and how fast they are must be at the end as it was at the
// beginning.
internal static class SoakCampaign
{
    private const int Connections = 64;
    private const int WarmUpConnections = 256;
    private const double WarmUpRateMax = 60_000; // More than one stack makes.
    private const double Megabyte = 1024 * 1024;
    private const double WalMegabytesMax = 64;

    // Last part against first part. The short one is only there to see that all of this works.
    private const double GrowthMax = 1.05;
    private const double ShortGrowthMax = 1.5;

    // Of every minute: of half an hour the first five minutes, twenty, and the last five.
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_middle = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    public static void Run(CampaignRun run)
    {
        var isShort = run.Setting.IsShort;
        var rate = isShort ? 2_000.0 : 10_000.0;
        var growthMax = isShort ? ShortGrowthMax : GrowthMax;
        List<TimeSpan> parts = [.. new[] { s_end, s_middle, s_end }
            .Select(part => isShort ? s_short : run.Setting.SoakMinutes * part)];
        using var bank = new Bank(run);
        bank.Start();
        var logs = parts.Select(part => new SoakLog((long)(rate * part.TotalSeconds))).ToList();
        var reports = new List<RunReport>();
        var samples = new List<List<ResourceSample>>();
        // A heap grows to what the busiest minute asks for, and then keeps it: that comes first.
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
            samples.Add(Watch(bank, () => reports.Add(Load(bank, load, logs[index]))));
            run.Check(reports[^1].Summary.Failed == 0, () => $"{reports[^1].Summary.Failed} requests failed");
            run.Tried();
        }

        CheckGrowth(run, growthMax, samples);
        var (first, last) = (reports[0].Latency.P99 * 1e3, reports[^1].Latency.P99 * 1e3);
        var longest = reports.Max(report => report.Latency.Max) * 1e3;
        run.CheckSpeed(last <= first * growthMax, () => $"p99 went from {first:F2} to {last:F2} ms");
        run.Measured($"p99 {first:F2} -> {last:F2} ms, max {longest:F0} ms");
        LedgerCheck.CheckStorage(run, bank.Ledger);
        SoakLog.Compare(run, bank.DatabasePath, [warmUpLog, .. logs]);
        run.Measured($"{reports.Sum(report => report.Summary.Completed):N0} requests, "
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
        // How many connections nginx keeps to the APIs depends on how fast they are.
        run.CheckSpeed(
            descriptors.Last <= descriptors.First * growthMax,
            () => $"descriptors went from {descriptors.First:F0} to {descriptors.Last:F0}");
        run.CheckSpeed(walMegabytes <= WalMegabytesMax, () => $"the WAL had {walMegabytes:F0} MB");
        run.Measured($"RSS {resident.First:F1} -> {resident.Last:F1} MB (both), "
            + $"descriptors {descriptors.First:F0} -> {descriptors.Last:F0}, WAL <= {walMegabytes:F1} MB");
    }

    private static (double First, double Last) Ends(
        List<List<ResourceSample>> samples, Func<ResourceSample, double> of) =>
        (samples[0].Average(of), samples[^1].Average(of));

    // The short form makes all of its requests, however late: what is still due when the time is over has failed.
    private static LoadOptions Part(double rate, TimeSpan duration, int seed, bool isCounted = false) => new()
    {
        Connections = Connections,
        Duration = isCounted ? null : duration,
        Iterations = isCounted ? (long)(rate * duration.TotalSeconds) : null,
        Rate = rate,
        RequestTimeout = Bank.Patience,
        Seed = seed,
        DistinctTexts = true,
    };

    private static RunReport Load(Bank bank, LoadOptions options, SoakLog log) => new LoadSession(
        bank.Front, EnvironmentReader.Read(bank.Front.Url, limits: null), new RunControl(), framesPerSecond: 0)
        .Run(options, log);

    // Looks once a second at what the bank's processes hold; they must stay the same ones.
    private static List<ResourceSample> Watch(Bank bank, Action meanwhile)
    {
        var samples = new List<ResourceSample>();
        var load = Task.Factory.StartNew(meanwhile, TaskCreationOptions.LongRunning);
        do
        {
            var wal = new FileInfo(bank.DatabasePath + "-wal");
            samples.Add(new ResourceSample(
                bank.Apis.Sum(api => api.ResidentBytes.All),
                bank.Apis.Sum(api => api.Descriptors),
                wal.Exists ? wal.Length : 0));
        }
        while (!Task.WhenAny(load).Wait(s_interval));
        load.GetAwaiter().GetResult();
        return samples;
    }

    private readonly record struct ResourceSample(long ResidentBytes, int Descriptors, long WalBytes);
}

// Remembers tens of millions of transactions in four bytes each, for what the transaction log of a check would need
// gigabytes: a run's texts are consecutive numbers, so a transaction's place in an array says which it is.
internal sealed class SoakLog(long requests) : IRequestObserver
{
    // The first answer seen is not the first request sent.
    private const int Margin = 100_000;

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

    // Reads the whole history: each acknowledged transaction of these runs exactly once and as it was sent, no other,
    // each client's numbers without a gap, and balances that are the sum.
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
                sequence == client.Rows, () => $"client {clientId}: {sequence} at place {clients[clientId].Rows}");
            var packed = Pack(clientId, (int)row.GetInt64(2), isDebit);
            var text = row.GetString(4);
            run.Check(
                TextCode.TryRead(Encoding.UTF8.GetBytes(text), out var number)
                    && logs.Any(log => log.TryTick(number, packed)),
                () => $"'{text}' of client {clientId} was never sent so, or is there twice");
        });
        snapshot.ForEach("SELECT id, saldo, ultima_seq, saldo >= -limite FROM clientes", row =>
        {
            var id = row.GetInt64(0);
            var said = (row.GetInt64(2), row.GetInt64(1));
            run.Check(
                said == clients[id] && row.GetInt64(3) == 1, () => $"client {id}: {said}, history {clients[id]}");
        });
        var lost = logs.Sum(log => log._transactions.LongCount(one => (one & (Acknowledged | Seen)) == Acknowledged));
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

    private bool TryTick(long text, uint packed)
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
