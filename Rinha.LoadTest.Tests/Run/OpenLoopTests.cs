using System.Diagnostics;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Tests.Fixtures;

namespace Rinha.LoadTest.Tests.Run;

[Collection(RunsAlone.Name)]
public sealed class OpenLoopTests
{
    private const string Ok = """{"limite": 100000, "saldo": 0}""";

    [Theory]
    [InlineData(340, 3, 14)]
    [InlineData(333.3, 1, 2)]
    public void Requests_leave_on_their_schedule(double rate, double seconds, int connections) => Attempts.Make(() =>
    {
        using var bank = new StubBank(keeps: true);

        var report = Runs.Load(bank.Target, Runs.Timed(seconds, connections) with { Rate = rate });

        var due = rate * seconds;
        Assert.InRange(report.Summary.Requests, due - (due / 1000) - 1, due + (due / 1000) + 1);
        Assert.Equal(("open", rate), (report.Mode, report.TargetRate));
        Assert.Equal(report.Summary.Completed, report.Latency.Count);
        Assert.Equal(report.Summary.Completed, report.UncorrectedLatency!.Count);
        Assert.Equal(report.Summary.Completed, report.SendDelay!.Count);
        Assert.InRange(report.SendDelay.P90, 0, 0.005);
        var arrivals = bank.Requests.Select(request => request.At).Order().ToList();
        var late = arrivals
            .Select((at, index) => Stopwatch.GetElapsedTime(arrivals[0], at).TotalSeconds - (index / rate))
            .Order()
            .ToList();
        // The first one may itself have been late.
        Assert.InRange(late[late.Count * 9 / 10] - late[late.Count / 10], 0, 0.01);
    });

    [Fact]
    public void It_can_be_counted_as_well_as_timed() => Attempts.Make(() =>
    {
        using var bank = new StubBank();

        var report = Runs.Load(bank.Target, Runs.Counted(100, connections: 4) with { Rate = 200 });

        Assert.Equal(100, report.Summary.Requests);
        Assert.Equal(100, bank.Served);
        Assert.InRange(report.Duration, 99 / 200.0, 0.8);
    });

    [Fact]
    public void What_one_connection_cannot_carry_waits_and_counts_from_its_time() => Attempts.Make(() =>
    {
        // 50 a second can be served; 200 are due.
        using var bank = new StubBank(beforeAnswer: _ => Thread.Sleep(20));

        var report = Runs.Load(bank.Target, Runs.Timed(1) with { Rate = 200 });

        Assert.Equal(200, report.Summary.Requests);
        var unsent = Assert.Single(report.Failures);
        Assert.Equal(FailureKind.Unanswered, unsent.Kind);
        Assert.InRange(report.Summary.Completed, 20, 52);
        Assert.Equal(200, report.Summary.Completed + unsent.Count);
        // The last one served was due when a quarter of the time was over.
        Assert.InRange(report.Latency.Max, 0.7, 1);
        Assert.InRange(report.UncorrectedLatency!.P50, 0.02, 0.04);
    });

    [Fact]
    public void What_the_load_tester_itself_is_late_for_leaves_all_the_same()
    {
        using var bank = new StubBank();
        var observer = new SleepingObserver(answers: 45, TimeSpan.FromMilliseconds(100));

        var report = Runs.Load(
            bank.Target, Runs.Timed(0.5, connections: 8) with { Rate = 100 }, observer: observer);

        Assert.Empty(report.Failures);
        Assert.Equal(50, report.Summary.Completed);
        Assert.InRange(report.SendDelay!.Max, 0.05, 1);
        Assert.InRange(report.Latency.Max, 0.05, 1);
    }

    [Fact]
    public void A_stall_is_told_in_full_by_the_corrected_latencies_and_not_at_all_by_the_others() => Attempts.Make(() =>
    {
        const int rate = 200;
        const int before = 50;
        const double seconds = 2.5;
        const double stallSeconds = 2;
        using var server = StubServer.Start(connection =>
        {
            var answer = new StubAnswer(200, Ok).ToBytes();
            for (var index = 0; connection.Read() is { } request; index++)
            {
                if (index == before)
                {
                    SleepUntil(request.At + (long)(stallSeconds * Stopwatch.Frequency));
                }

                connection.Send(answer);
            }
        });

        var report = Runs.Load(
            server.Target, Runs.Timed(seconds) with { Rate = rate, Mix = new Mix(1, 1, 0) });

        // Request i is due at i / rate; the stall begins when number 50 is due, and nobody is answered before its end.
        var model = Enumerable.Range(0, (int)(rate * seconds))
            .Select(index => index < before ? 0 : Math.Max(0, stallSeconds - ((index - before) / (double)rate)))
            .Order()
            .ToArray();
        Assert.Equal(model.Length, report.Latency.Count);
        Assert.Equal(0, report.Summary.Failed);
        AssertClose(Percentile(model, 50), report.Latency.P50);
        AssertClose(Percentile(model, 90), report.Latency.P90);
        AssertClose(Percentile(model, 99), report.Latency.P99);
        AssertClose(stallSeconds, report.Latency.Max);
        var uncorrected = report.UncorrectedLatency!;
        AssertClose(stallSeconds, uncorrected.Max);
        Assert.All([uncorrected.P50, uncorrected.P90, uncorrected.P99], found => Assert.InRange(found, 0, 0.05));
    });

    private static double Percentile(double[] sorted, int percentile) =>
        sorted[(sorted.Length * percentile / 100) - 1];

    private static void AssertClose(double expected, double found) =>
        Assert.InRange(found, expected * 0.95, expected * 1.05);

    private static void SleepUntil(long timestamp)
    {
        for (var left = Left(); left > TimeSpan.Zero; left = Left())
        {
            Thread.Sleep(left);
        }

        TimeSpan Left() => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
    }

    /// <summary>Holds the engine's thread up, as a machine that is busy with something else does.</summary>
    private sealed class SleepingObserver(int answers, TimeSpan time) : IRequestObserver
    {
        private int _answers;

        public void OnAnswer(in RequestPlan plan, in Answer answer)
        {
            if (++_answers == answers)
            {
                Thread.Sleep(time);
            }
        }

        public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
        {
        }
    }
}
