using System.Globalization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Stops a server that is inside the gate, for shorter or for longer than the other one waits. It then goes on, or says
/// in time that it cannot; statements it gives all the while.
/// </summary>
internal sealed class StopHolderCampaign : ICampaign
{
    private const int CountdownMax = 20;

    private static readonly TimeSpan s_shortStop = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longStop = TimeSpan.FromSeconds(6.5);
    private static readonly TimeSpan s_busyMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_busyMax = TimeSpan.FromSeconds(5.6);
    private static readonly TimeSpan s_promptMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_statementPause = TimeSpan.FromMilliseconds(50);

    private readonly Spread _refusals = new();
    private readonly Spread _statements = new();

    /// <inheritdoc/>
    public string Name => "stop-holder";

    /// <inheritdoc/>
    public string Fault => "SIGSTOP of who is inside the gate, 2 s or 6.5 s";

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
            ReadStatements(run, loaded, other, until: isLong ? s_longStop : s_shortStop);
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
            run.Check(
                time >= s_busyMin && time - stalled <= s_busyMax, () => $"the other answers after {Seconds(time)}");
        }
        else
        {
            run.Check(
                answer.Status == 200 && time <= s_shortStop + s_promptMax,
                () => $"stopped at {point}, the other answers {answer.Status} after {Seconds(time)}");
        }

        foreach (var api in bank.Apis)
        {
            var (next, nextTime) = loaded.Probes.Post(api);
            run.Check(
                next.Status == 200 && nextTime <= s_promptMax,
                () => $"{api.Name} answers {next.Status} after {Seconds(nextTime)} when all go on");
        }
    }

    private void ReadStatements(CampaignRun run, BankUnderLoad loaded, BankProcess api, TimeSpan until)
    {
        for (var beganAtNs = Clock.NowNs; Clock.NowNs - beganAtNs < until.TotalNanoseconds;)
        {
            var (answer, time) = loaded.Probes.Statement(api, run.Random.Next(1, 6));
            _statements.Add(time);
            run.Check(
                answer.Status == 200 && time <= s_promptMax,
                () => $"a statement is answered {answer.Status} after {Seconds(time)}");
            Thread.Sleep(s_statementPause);
        }
    }

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F2} s");
}
