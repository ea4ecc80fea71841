using System.Buffers.Binary;
using Rinha.Chaos.Faults;

namespace Rinha.Chaos.Storage;

// What must hold while storage fails under load: both servers stay up, log a bounded number of lines, refuse posts with
// a reason and answer statements. Afterwards they accept posts again by themselves.
internal static class StorageFaults
{
    private const string Recovery = "recovery";

    // A line for each failure would fill the disk; the servers throttle to about one a second.
    private const int LogLinesPerSecond = 20;

    private static readonly TimeSpan s_recoveryMax = TimeSpan.FromSeconds(2);

    public static FaultPlan Plan(Action<FaultContext> inject) => new(inject)
    {
        BypassesNginx = true,
        PauseMs = (100, 500),
        FirstResult = context => $"{context.Logs.Sum(log => log.Acknowledged):N0} acknowledged, "
            + $"{context.Logs.Sum(log => log.Unavailable):N0} refused; "
            + $"recovered after {context.DurationsOf(Recovery).Longest.TotalMilliseconds:N0} ms at most",
    };

    public static void CheckThrough(FaultContext context, string what, Action duringFault, Action endFault)
    {
        var (run, bank) = (context.Run, context.Bank);
        var lines = LogLines(bank);
        var watch = Stopwatch.StartNew();
        duringFault();
        var most = LogLinesPerSecond * bank.Apis.Count * (int)Math.Ceiling(watch.Elapsed.TotalSeconds);
        run.Check(LogLines(bank) - lines <= most, () => $"{what}: {LogLines(bank) - lines} lines in the logs");
        run.CheckAlive(bank, what);
        endFault();
        watch.Restart();
        foreach (var api in bank.Apis)
        {
            run.CheckAnswer(AwaitPost(context, api, isAccepted: true), $"{what} is over: a post to {api.Name}");
        }

        run.CheckAlive(bank, what);
        context.DurationsOf(Recovery).Add(watch.Elapsed);
        run.CheckSpeed(
            watch.Elapsed <= s_recoveryMax,
            () => $"{what} is over: recovered only after {watch.ElapsedMilliseconds} ms");
    }

    // Each server must refuse a post in time (it may accept some before), name storage as the reason and invite a
    // retry.
    public static void AwaitRefusals(FaultContext context, IEnumerable<BankProcess> apis, string what)
    {
        foreach (var api in apis)
        {
            var answer = AwaitPost(context, api, isAccepted: false);
            context.Run.Check(
                answer.Status == 503 && answer.IsProblem(ProblemType.StorageFailed)
                    && answer.Has("Retry-After: 1") && answer.Has("application/problem+json"),
                () => $"{what}: {api.Name} answers a post with {answer.Head} {answer.Body}");
        }
    }

    public static void CheckStatements(FaultContext context, string what)
    {
        foreach (var api in context.Bank.Apis)
        {
            for (var client = 1; client <= Clients; client++)
            {
                context.Run.CheckAnswer(
                    context.Probes.Statement(api, client).Answer, $"{what}: a statement of {api.Name}");
            }
        }
    }

    private static RawAnswer AwaitPost(FaultContext context, BankProcess api, bool isAccepted)
    {
        RawAnswer answer = new(0, "", "");
        _ = Wait.For(() =>
        {
            answer = context.Probes.Post(api, context.Random.Next(1, Clients + 1)).Answer;
            return answer.Status == 200 == isAccepted;
        });
        return answer;
    }

    // Excludes the line that each 5xx gets by design; the others must not grow with the requests.
    private static int LogLines(Bank bank) => bank.Apis.Sum(api => api.Log.Split('\n').Count(
        line => !line.Contains("\"event\":\"RequestAnsweredWithError\"", StringComparison.Ordinal)));
}

// Another program holds the ledger's write lock, so that posts fail after the timeout and not before; or it holds a
// snapshot, so that the WAL grows until the snapshot ends.
internal static class LockedLedger
{
    private const int WalSequenceAt = 12;
    private const long WalBytesKept = 64L * 1024 * 1024;
    private const long CheckpointBytes = 4L * 1024 * 1024;
    private const string Refusals = "refusals";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lateness = TimeSpan.FromSeconds(0.6);

    public static void HoldWriteLock(FaultContext context)
    {
        const string What = "write lock held";
        var (run, bank) = (context.Run, context.Bank);
        using var connection = new SqliteLedgerSource(bank.DatabasePath).Open();
        connection.Execute("BEGIN IMMEDIATE");
        StorageFaults.CheckThrough(
            context,
            What,
            () =>
            {
                var waits = Task.WhenAll(bank.Apis.Select(api => Task.Run(() => context.Probes.Post(api))));
                while (!waits.IsCompleted)
                {
                    StorageFaults.CheckStatements(context, What);
                    Thread.Sleep(100);
                }

                foreach (var (answer, time) in waits.Result)
                {
                    run.Check(
                        answer.Status == 503 && answer.IsProblem(ProblemType.LedgerLocked)
                            && answer.Has("Retry-After: 1"),
                        () => $"{What}: {answer.Head} {answer.Body}");
                    string Late() => $"{What}: answered after {time.TotalSeconds:F2} s";
                    run.Check(time >= s_timeout, Late);
                    run.CheckSpeed(time <= s_timeout + s_lateness, Late);
                    context.DurationsOf(Refusals).Add(time);
                }
            },
            () => connection.Execute("ROLLBACK"));
    }

    public static string LongestRefusal(FaultContext context) =>
        $"refused after {context.DurationsOf(Refusals).Longest.TotalSeconds:F2} s at most";

    public static void HoldSnapshot(FaultContext context)
    {
        const string What = "old snapshot held";
        var walPath = context.Bank.DatabasePath + "-wal";
        using var connection = new SqliteLedgerSource(context.Bank.DatabasePath).Open();
        connection.Execute("BEGIN; SELECT count(*) FROM clientes;");
        StorageFaults.CheckThrough(
            context,
            What,
            () =>
            {
                Wait.Until(() => new FileInfo(walPath).Length > 3 * CheckpointBytes,
                    () => "the WAL does not grow although a snapshot is held");
                StorageFaults.CheckStatements(context, What);
            },
            () =>
            {
                context.Tally = Math.Max(context.Tally, (int)(new FileInfo(walPath).Length / (1024 * 1024)));
                connection.Execute("ROLLBACK");
                AwaitBoundedWal(context.Run, walPath);
            });
    }

    public static string LargestWal(FaultContext context) => $"WAL of {context.Tally} MiB at most behind a snapshot";

    // The WAL must restart repeatedly without growing.
    private static void AwaitBoundedWal(CampaignRun run, string walPath)
    {
        var first = WalSequence(walPath);
        var isRestarted = Wait.For(() => WalSequence(walPath) != first);
        run.Check(isRestarted, () => "the WAL does not restart although the snapshot is gone");
        var length = new FileInfo(walPath).Length;
        run.Check(length <= WalBytesKept + CheckpointBytes, () => $"{length} bytes of WAL are kept");
        var restarted = WalSequence(walPath);
        var isRestartedAgain = Wait.For(() => WalSequence(walPath) > restarted + 1);
        run.Check(isRestartedAgain, () => "the WAL does not restart a second time");
        run.CheckSpeed(
            new FileInfo(walPath).Length <= Math.Max(length, 3 * CheckpointBytes),
            () => $"the WAL keeps growing: {length} bytes, then {new FileInfo(walPath).Length}");
    }

    private static uint WalSequence(string walPath)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        using var file = File.OpenHandle(walPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        RandomAccess.Read(file, bytes, WalSequenceAt);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
