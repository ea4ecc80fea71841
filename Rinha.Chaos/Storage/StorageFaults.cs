using System.Buffers.Binary;
using Rinha.Chaos.Faults;

namespace Rinha.Chaos.Storage;

// What must hold while the storage of a bank under load fails, and afterwards: both servers live on, say no more than
// anybody can read, refuse posts with a reason and answer statements; then they accept posts again by themselves.
internal static class StorageFaults
{
    private const string Recovery = "recovery";

    // A line for each failure would fill the disk that is full; one a second and process is what there may be.
    private const int LogLinesPerSecond = 20;

    private static readonly TimeSpan s_recoveryMax = TimeSpan.FromSeconds(2);

    public static FaultPlan Plan(Action<Scene> make) => new(make)
    {
        IsPastNginx = true,
        PauseMs = (100, 500),
        Figure = scene => $"{scene.Logs.Sum(log => log.Acknowledged.Count):N0} acknowledged, "
            + $"{scene.Logs.Sum(log => log.Unavailable.Count):N0} refused; "
            + $"well again after {scene.Spread(Recovery).Longest.TotalMilliseconds:N0} ms at most",
    };

    public static void Endure(Scene scene, string what, Action meanwhile, Action end)
    {
        var (run, bank) = (scene.Run, scene.Bank);
        var lines = LogLines(bank);
        var watch = Stopwatch.StartNew();
        meanwhile();
        var most = LogLinesPerSecond * bank.Apis.Count * (int)Math.Ceiling(watch.Elapsed.TotalSeconds);
        run.Check(LogLines(bank) - lines <= most, () => $"{what}: {LogLines(bank) - lines} lines in the logs");
        run.CheckAlive(bank, what);
        end();
        watch.Restart();
        foreach (var api in bank.Apis)
        {
            run.CheckAnswer(AwaitPost(scene, api, isAccepted: true), $"{what} is over: a post to {api.Name}");
        }

        run.CheckAlive(bank, what);
        scene.Spread(Recovery).Add(watch.Elapsed);
        run.CheckSpeed(
            watch.Elapsed <= s_recoveryMax,
            () => $"{what} is over: well again after {watch.ElapsedMilliseconds} ms only");
    }

    // Servers must refuse a post in time (before that they may accept some), and say that the storage is why and that
    // it may be sent again.
    public static void AwaitRefusals(Scene scene, IEnumerable<BankProcess> apis, string what)
    {
        foreach (var api in apis)
        {
            var answer = AwaitPost(scene, api, isAccepted: false);
            scene.Run.Check(
                answer.Status == 503 && answer.Body.Contains("storage", StringComparison.Ordinal)
                    && answer.Has("Retry-After: 1") && answer.Has("application/problem+json"),
                () => $"{what}: {api.Name} answers a post with {answer.Head} {answer.Body}");
        }
    }

    public static void CheckStatements(Scene scene, string what)
    {
        foreach (var api in scene.Bank.Apis)
        {
            for (var client = 1; client <= Clients; client++)
            {
                scene.Run.CheckAnswer(
                    scene.Probes.Statement(api, client).Answer, $"{what}: a statement of {api.Name}");
            }
        }
    }

    private static RawAnswer AwaitPost(Scene scene, BankProcess api, bool isAccepted)
    {
        RawAnswer answer = new(0, "", "");
        _ = Wait.For(() =>
        {
            answer = scene.Probes.Post(api, scene.Random.Next(1, Clients + 1)).Answer;
            return answer.Status == 200 == isAccepted;
        });
        return answer;
    }

    // Each 5xx has its line: that is asked for. All the rest must not grow with the requests.
    private static int LogLines(Bank bank) => bank.Apis.Sum(api => api.Log.Split('\n').Count(
        line => !line.Contains("\"event\":\"RequestAnsweredWithError\"", StringComparison.Ordinal)));
}

// Another program sits on the ledger: with the write lock, so that posts are refused after the timeout and not before;
// or with a snapshot that it does not give back, so that the WAL grows until it does.
internal static class LockedLedger
{
    private const int WalSequenceAt = 12;
    private const long WalBytesKept = 64L * 1024 * 1024;
    private const long CheckpointBytes = 4L * 1024 * 1024;
    private const string Refusals = "refusals";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lateness = TimeSpan.FromSeconds(0.6);

    public static void HoldWriteLock(Scene scene)
    {
        const string What = "write lock taken";
        var (run, bank) = (scene.Run, scene.Bank);
        using var connection = new SqliteLedgerSource(bank.DatabasePath).Open();
        connection.Execute("BEGIN IMMEDIATE");
        StorageFaults.Endure(
            scene,
            What,
            () =>
            {
                var waits = Task.WhenAll(bank.Apis.Select(api => Task.Run(() => scene.Probes.Post(api))));
                while (!waits.IsCompleted)
                {
                    StorageFaults.CheckStatements(scene, What);
                    Thread.Sleep(100);
                }

                foreach (var (answer, time) in waits.Result)
                {
                    run.Check(
                        answer.Status == 503 && answer.Body.Contains("locked", StringComparison.Ordinal)
                            && answer.Has("Retry-After: 1"),
                        () => $"{What}: {answer.Head} {answer.Body}");
                    string Late() => $"{What}: answered after {time.TotalSeconds:F2} s";
                    run.Check(time >= s_timeout, Late);
                    run.CheckSpeed(time <= s_timeout + s_lateness, Late);
                    scene.Spread(Refusals).Add(time);
                }
            },
            () => connection.Execute("ROLLBACK"));
    }

    public static string LongestRefusal(Scene scene) =>
        $"refused after {scene.Spread(Refusals).Longest.TotalSeconds:F2} s at most";

    public static void HoldSnapshot(Scene scene)
    {
        const string What = "old snapshot kept";
        var walPath = scene.Bank.DatabasePath + "-wal";
        using var connection = new SqliteLedgerSource(scene.Bank.DatabasePath).Open();
        connection.Execute("BEGIN; SELECT count(*) FROM clientes;");
        StorageFaults.Endure(
            scene,
            What,
            () =>
            {
                Wait.Until(() => new FileInfo(walPath).Length > 3 * CheckpointBytes,
                    () => "the WAL does not grow although a snapshot is kept");
                StorageFaults.CheckStatements(scene, What);
            },
            () =>
            {
                scene.Counted = Math.Max(scene.Counted, (int)(new FileInfo(walPath).Length / (1024 * 1024)));
                connection.Execute("ROLLBACK");
                AwaitBoundedWal(scene.Run, walPath);
            });
    }

    public static string LongestWal(Scene scene) => $"WAL of {scene.Counted} MiB at most behind a snapshot";

    // The WAL is started over, and then again and again inside the length that it has.
    private static void AwaitBoundedWal(CampaignRun run, string walPath)
    {
        var first = WalSequence(walPath);
        var isRestarted = Wait.For(() => WalSequence(walPath) != first);
        run.Check(isRestarted, () => "the WAL is not started over although the snapshot is gone");
        var length = new FileInfo(walPath).Length;
        run.Check(length <= WalBytesKept + CheckpointBytes, () => $"{length} bytes of WAL are kept");
        var restarted = WalSequence(walPath);
        var isAgain = Wait.For(() => WalSequence(walPath) > restarted + 1);
        run.Check(isAgain, () => "the WAL is not started over again");
        run.CheckSpeed(
            new FileInfo(walPath).Length <= Math.Max(length, 3 * CheckpointBytes),
            () => $"the WAL goes on growing: {length} bytes, then {new FileInfo(walPath).Length}");
    }

    private static uint WalSequence(string walPath)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        using var file = File.OpenHandle(walPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        RandomAccess.Read(file, bytes, WalSequenceAt);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
