using System.Collections.Concurrent;
using System.Globalization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Postgres;

/// <summary>
/// A bank under load whose database goes away and comes back. Meanwhile everybody gets an answer in time, which is 503
/// at worst and says truly whether it may be sent again; soon afterwards all is well, without anybody's help.
/// </summary>
internal sealed class DatabaseOutages : IDisposable
{
    // As long as nginx waits for an answer: after that a client is told 504.
    private static readonly TimeSpan s_answerMax = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_recoveryMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly CampaignRun _run;
    private readonly BankUnderLoad _loaded;
    private readonly ConcurrentQueue<(string What, RawAnswer Answer, TimeSpan Time)> _answers = [];
    private readonly Spread _recoveries = new();
    private TimeSpan _longestAnswer;
    private long _backAtNs;

    /// <summary>Starts the bank and its load.</summary>
    /// <param name="run">The campaign.</param>
    /// <param name="postgres">The database, which is running.</param>
    /// <param name="url">How the servers get to it; <see langword="null"/> for over its own socket.</param>
    public DatabaseOutages(CampaignRun run, PostgresServer postgres, string? url = null)
    {
        _run = run;
        _loaded = new BankUnderLoad(run, new BankOptions { Postgres = postgres, PostgresUrl = url });
    }

    /// <summary>A campaign of outages: one after the other, under load.</summary>
    /// <param name="run">The campaign.</param>
    /// <param name="outage">Returns when the database is back.</param>
    public static void Run(CampaignRun run, Action<PostgresServer> outage)
    {
        using var postgres = new PostgresServer(run);
        postgres.Start();
        using var outages = new DatabaseOutages(run, postgres);
        for (var index = 0; index < run.Times; index++)
        {
            outages.Endure(() => outage(postgres));
        }

        outages.Finish();
    }

    /// <summary>
    /// Lets the database go away at a random moment, and looks at both servers from before until all is well again.
    /// </summary>
    /// <param name="outage">Returns when the database is back.</param>
    /// <param name="isFelt">Whether it must have been noticed.</param>
    public void Endure(Action outage, bool isFelt = true)
    {
        Thread.Sleep(_run.Random.Next(100, 600));
        Volatile.Write(ref _backAtNs, long.MaxValue);
        using var asking = new CountdownEvent(2 * _loaded.Bank.Apis.Count);
        var askers = _loaded.Bank.Apis.SelectMany(api => new[]
        {
            Begin($"{api.Name} to a post", asking, () => _loaded.Probes.Post(api)),
            Begin($"{api.Name} to a statement", asking, () => _loaded.Probes.Statement(api)),
        }).ToArray();
        try
        {
            _ = asking.Wait(Bank.Patience);
            outage();
        }
        finally
        {
            Volatile.Write(ref _backAtNs, Clock.NowNs);
            Task.WaitAll(askers);
        }

        var recovery = askers.Max(asker => asker.Result);
        _recoveries.Add(recovery);
        _run.Check(recovery <= Bank.Patience, () => $"not well even after {Seconds(recovery)}");
        _run.CheckSpeed(recovery <= s_recoveryMax, () => $"all is well only after {Seconds(recovery)}");
        var refused = 0;
        while (_answers.TryDequeue(out var one))
        {
            Check(one.What, one.Answer, one.Time);
            refused += one.Answer.Status == 200 ? 0 : 1;
        }

        _run.Check(refused > 0 || !isFelt, () => "nobody has noticed it");
        _loaded.AwaitAcknowledged(BankUnderLoad.Connections);
        foreach (var api in _loaded.Bank.Apis)
        {
            _run.Check(api.IsAlive, () => $"{api.Name} has died: {api.Log}");
        }

        _run.Tried();
    }

    /// <summary>Ends the load, holds the ledger against all that was answered, and says what was measured.</summary>
    public void Finish()
    {
        _loaded.Finish();
        var (log, watch) = (_loaded.Log, _loaded.Watch);
        var others = watch.CountOfOthers(503);
        _run.Check(others == 0, () => $"{others} requests failed otherwise than with 503: {watch.Failures}");
        _run.Measured(string.Create(
            CultureInfo.InvariantCulture,
            $"{log.Acknowledged.Count:N0} acknowledged, {log.Unavailable.Count:N0} refused with 503, "
            + $"{log.Unknown.Count:N0} of unknown outcome"));
        _run.Measured($"from the database's return until both answer again: {_recoveries}");
        _run.Measured($"longest wait for an answer: {Seconds(_longestAnswer)}");
    }

    /// <inheritdoc/>
    public void Dispose() => _loaded.Dispose();

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F2} s");

    // Asks until one that was asked after the database's return is answered well; says how long after the return.
    private Task<TimeSpan> Begin(
        string what, CountdownEvent asking, Func<(RawAnswer Answer, TimeSpan Time)> ask) => Task.Factory.StartNew(
        () =>
        {
            for (var isFirst = true; ; isFirst = false)
            {
                var backAtNs = Volatile.Read(ref _backAtNs);
                var isBack = Clock.NowNs > backAtNs;
                var (answer, time) = ask();
                _answers.Enqueue((what, answer, time));
                if (isFirst)
                {
                    asking.Signal();
                }

                var since = TimeSpan.FromMicroseconds((Clock.NowNs - backAtNs) / 1e3);
                if (isBack && (answer.Status == 200 || since > Bank.Patience))
                {
                    return since;
                }

                Thread.Sleep(s_pause);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private void Check(string what, RawAnswer answer, TimeSpan time)
    {
        _longestAnswer = time > _longestAnswer ? time : _longestAnswer;
        _run.CheckSpeed(time <= s_answerMax, () => $"{what} answers {answer.Status} after {Seconds(time)}");
        if (answer.Status == 200)
        {
            return;
        }

        // What may have been posted must not be sent again without a key.
        var isOffered = answer.Head.Contains("Retry-After: 1", StringComparison.OrdinalIgnoreCase);
        _run.Check(
            answer.Status == 503 && isOffered != Probes.LeavesOpen(answer)
                && answer.Head.Contains("application/problem+json", StringComparison.OrdinalIgnoreCase),
            () => $"{what} answers {answer.Head} {answer.Body}");
    }
}
