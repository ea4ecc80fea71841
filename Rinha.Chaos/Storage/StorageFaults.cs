using Rinha.Chaos.Faults;

namespace Rinha.Chaos.Storage;

/// <summary>What must hold while the storage of a bank under load fails, and afterwards: both servers live on, say no
/// more than anybody can read, refuse posts with a reason and answer statements; then they accept posts again by
/// themselves.</summary>
internal static class StorageFaults
{
    private const int Clients = 5;
    private const string Recovery = "recovery";

    // A line for each failure would fill the disk that is full; one a second and process is what there may be.
    private const int LogLinesPerSecond = 20;

    private static readonly TimeSpan s_recoveryMax = TimeSpan.FromSeconds(2);

    public static FaultPlan Plan(Action<Scene> make) => new(make)
    {
        IsPastNginx = true,
        PauseMs = (100, 500),
        Figure = scene => $"{scene.Loaded.Logs.Sum(log => log.Acknowledged.Count):N0} acknowledged, "
            + $"{scene.Loaded.Logs.Sum(log => log.Unavailable.Count):N0} refused; "
            + $"well again after {scene.Spread(Recovery).Longest.TotalMilliseconds:N0} ms at most",
    };

    /// <param name="meanwhile">Makes the fault, and looks what it does.</param>
    /// <param name="end">Lets all be well again.</param>
    /// <param name="what">The fault, in words.</param>
    public static void Endure(Scene scene, string what, Action meanwhile, Action end)
    {
        var (run, apis) = (scene.Run, scene.Bank.Apis);
        var lines = LogLines(scene);
        var watch = Stopwatch.StartNew();
        meanwhile();
        var most = LogLinesPerSecond * apis.Count * (int)Math.Ceiling(watch.Elapsed.TotalSeconds);
        run.Check(LogLines(scene) - lines <= most, () => $"{what}: {LogLines(scene) - lines} lines in the logs");
        CheckAlive(scene, what);
        end();
        watch.Restart();
        foreach (var api in apis)
        {
            RawAnswer answer = new(0, "", "");
            var isWell = Wait.For(() => (answer = Post(scene, api)).Status == 200);
            run.Check(isWell, () => $"{what} is over: {api.Name} still answers {answer.Status} {answer.Body}");
        }

        CheckAlive(scene, what);
        scene.Spread(Recovery).Add(watch.Elapsed);
        run.CheckSpeed(
            watch.Elapsed <= s_recoveryMax,
            () => $"{what} is over: well again after {watch.ElapsedMilliseconds} ms only");
    }

    /// <summary>A server must refuse a post in time (before that it may accept some), and say that the storage is why
    /// and that it may be sent again.</summary>
    public static void AwaitRefusal(Scene scene, BankProcess api, string what)
    {
        RawAnswer answer = new(0, "", "");
        var isRefused = Wait.For(() => (answer = Post(scene, api)).Status != 200);
        scene.Run.Check(
            isRefused && answer.Status == 503 && answer.Body.Contains("storage", StringComparison.Ordinal)
                && answer.Head.Contains("Retry-After: 1", StringComparison.OrdinalIgnoreCase)
                && answer.Head.Contains("application/problem+json", StringComparison.OrdinalIgnoreCase),
            () => $"{what}: {api.Name} answers a post with {answer.Head} {answer.Body}");
    }

    public static void CheckStatements(Scene scene, string what)
    {
        foreach (var api in scene.Bank.Apis)
        {
            for (var client = 1; client <= Clients; client++)
            {
                var (answer, _) = scene.Loaded.Probes.Statement(api, client);
                scene.Run.Check(
                    answer.Status == 200,
                    () => $"{what}: {api.Name} answers a statement with {answer.Status} {answer.Body}");
            }
        }
    }

    private static RawAnswer Post(Scene scene, BankProcess api) =>
        scene.Loaded.Probes.Post(api, scene.Random.Next(1, Clients + 1)).Answer;

    private static void CheckAlive(Scene scene, string what)
    {
        foreach (var api in scene.Bank.Apis)
        {
            scene.Run.Check(api.IsAlive, () => $"{what}: {api.Name} has died: {api.Log.TrimEnd()}");
        }
    }

    // Each 5xx has its line: that is asked for. All the rest must not grow with the requests.
    private static int LogLines(Scene scene) => scene.Bank.Apis.Sum(api => api.Log.Split('\n').Count(
        line => !line.Contains("\"event\":\"RequestAnsweredWithError\"", StringComparison.Ordinal)));
}
