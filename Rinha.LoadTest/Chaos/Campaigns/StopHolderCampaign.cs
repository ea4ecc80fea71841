using System.Globalization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Stops a server that is inside the gate, for shorter than the other one waits or until it has given up. The other
/// then goes on, or says that it cannot; statements it gives all the while.
/// </summary>
internal sealed class StopHolderCampaign : ICampaign
{
    private const int CountdownMax = 20;

    private static readonly TimeSpan s_shortStop = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_busyMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_busyMax = TimeSpan.FromSeconds(5.6);
    private static readonly TimeSpan s_promptMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_statementPause = TimeSpan.FromMilliseconds(50);

    private readonly Spread _refusals = new();
    private readonly Spread _statements = new();

    /// <inheritdoc/>
    public string Name => "stop-holder";

    /// <inheritdoc/>
    public string Fault => "SIGSTOP inside the gate, for 1 s or until the other gives up";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 2 : 20;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var stalls = new StallWatch();
        using var loaded = new BankUnderLoad(run, new BankOptions { Faults = true });
        for (var index = 0; index < run.Times; index++)
        {
            Thread.Sleep(run.Random.Next(100, 300));
            var holder = run.Random.Next(loaded.Bank.Apis.Count);
            var point = run.Random.Next(2) == 0 ? FaultPoint.BeforeBegin : FaultPoint.AfterBegin;
            Stop(run, loaded, holder, point, isLong: index % 2 == 1, stalls);
            loaded.AwaitAcknowledged(BankUnderLoad.Connections);
            run.Tried();
        }

        loaded.Finish();
        run.Measured($"{loaded.Watch.Acknowledged:N0} acknowledged; failed: {loaded.Watch.Failures}");
        run.Measured($"503: {_refusals}");
        run.Measured($"statements meanwhile: {_statements}");
    }

    private void Stop(
        CampaignRun run, BankUnderLoad loaded, int holder, FaultPoint point, bool isLong, StallWatch stalls)
    {
        var (bank, fault) = (loaded.Bank, loaded.Bank.Faults[holder]);
        var (stopped, other) = (bank.Apis[holder], bank.Apis[1 - holder]);
        var hits = fault.Hits;
        fault.Arm(point, run.Random.Next(1, CountdownMax + 1), FaultAction.Stop);
        Wait.Until(Bank.Patience, () => fault.Hits > hits, () => $"{stopped.Name} has not come to {point}");
        var stoppedAtNs = Clock.NowNs;
        var post = Task.Run(() => loaded.Probes.Post(other));
        try
        {
            ReadStatements(
                run, loaded, other, isLong ? () => post.IsCompleted : () => Since(stoppedAtNs) >= s_shortStop);
            run.Check(post.IsCompleted == isLong, () => $"the other's answer has come: {post.IsCompleted}, at {point}");
        }
        finally
        {
            stopped.Signal(Signals.Continue);
        }

        var (answer, time) = post.Result;
        if (isLong)
        {
            var stalled = TimeSpan.FromMicroseconds(stalls.StalledNs(stoppedAtNs, Clock.NowNs) / 1e3);
            _refusals.Add(time);
            run.Check(
                answer.Status == 503 && answer.Head.Contains("Retry-After:", StringComparison.OrdinalIgnoreCase),
                () => $"stopped at {point}, the other answers {answer.Status}: {answer.Head}");
            run.Check(time >= s_busyMin, () => $"the other gives up after {Seconds(time)}");
            run.CheckSpeed(time - stalled <= s_busyMax, () => $"the other gives up only after {Seconds(time)}");
        }
        else
        {
            CheckAnswer(run, answer, time, s_shortStop + s_promptMax, $"the other, stopped at {point},");
        }

        foreach (var api in bank.Apis)
        {
            var (next, nextTime) = loaded.Probes.Post(api);
            CheckAnswer(run, next, nextTime, s_promptMax, $"when all go on, {api.Name}");
        }
    }

    private static void CheckAnswer(CampaignRun run, RawAnswer answer, TimeSpan time, TimeSpan most, string who)
    {
        string Late() => $"{who} answers {answer.Status} after {Seconds(time)}";
        run.Check(answer.Status == 200, Late);
        run.CheckSpeed(time <= most, Late);
    }

    private static TimeSpan Since(long ns) => TimeSpan.FromMicroseconds((Clock.NowNs - ns) / 1e3);

    private void ReadStatements(CampaignRun run, BankUnderLoad loaded, BankProcess api, Func<bool> isOver)
    {
        for (var beganAtNs = Clock.NowNs; !isOver() && Since(beganAtNs) < Bank.Patience;)
        {
            var (answer, time) = loaded.Probes.Statement(api, run.Random.Next(1, 6));
            _statements.Add(time);
            CheckAnswer(run, answer, time, s_promptMax, $"to a statement, {api.Name}");
            Thread.Sleep(s_statementPause);
        }
    }

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F2} s");
}
