namespace Rinha.LoadTest.Tests.Run;

public sealed class ClosedLoopTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(64, 10)]
    [InlineData(64, 5_000)]
    public void It_sends_exactly_the_requested_number(int connections, int iterations)
    {
        using var bank = new StubBank();

        var report = Runs.Load(bank.Target, Runs.Counted(iterations, connections));

        Assert.Equal(iterations, bank.Served);
        Assert.Equal(Math.Min(connections, iterations), bank.Accepted);
        Assert.Equal((iterations, iterations, 0),
            (report.Summary.Requests, report.Summary.Completed, report.Summary.Failed));
        Assert.Equal(1, report.Summary.SuccessShare);
        Assert.Equal(iterations, report.Latency.Count);
        Assert.Equal(iterations, report.Summary.Statuses.Values.Sum());
        Assert.Equal(iterations, report.Operations.Sum(operation => operation.Completed));
        Assert.Empty(report.Failures);
        Assert.Equal(("closed", false), (report.Mode, report.Interrupted));
        Assert.Equal((null, null, null), (report.TargetRate, report.UncorrectedLatency, report.SendDelay));
    }

    [Fact]
    public void It_sends_the_sequence_of_its_seed()
    {
        using var bank = new StubBank();

        Runs.Load(bank.Target, Runs.Counted(200) with { Seed = 5, Mix = new Mix(1, 1, 1) });

        var sequence = new RequestSequence(new Mix(1, 1, 1), 5);
        var writer = new RequestWriter(bank.Target.Host, "rinha-loadtest");
        var buffer = new byte[1024];
        Assert.All(bank.Requests, request => Assert.Equal(
            Encoding.ASCII.GetString(buffer, 0, writer.Write(sequence.Next(), buffer)),
            $"{request.Head}\r\n{request.Body}"));
    }

    [Fact]
    public void The_warm_up_is_not_measured()
    {
        using var bank = new StubBank(Faults.AnswersUnavailable((_, ledger) => ledger.Injected < 20));
        var before = DateTimeOffset.UtcNow;

        var report = Runs.Load(bank.Target, Runs.Counted(50) with { WarmUp = TimeSpan.FromSeconds(1) });

        Assert.Empty(report.Failures);
        Assert.Equal((1, 50), (report.WarmUp, report.Summary.Requests));
        Assert.True((report.StartedAt - before).TotalSeconds >= 0.99);
        Assert.True(bank.Served >= 50 + 20, $"{bank.Served} requests with a warm-up");
    }

    [Fact]
    public void Reconnects_to_a_refusing_server_are_throttled()
    {
        var report = Runs.Load(Targets.Of(Targets.UnusedUrl()), Runs.Timed(0.3));

        Assert.InRange(report.Summary.Failed, 1, 31);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restarted_server_is_used_again_and_retries_bridge_the_outage(bool retries)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("s");
        var ledger = new StubLedger();
        var options = Runs.Timed(60, connections: 4) with { RetryFor = retries ? Wait.Timeout : null };
        using var run = new RunInBackground(Targets.Of("unix:" + path), options);
        for (var life = 0; life < 2; life++)
        {
            File.Delete(path);
            using var bank = new StubBank(ledger, path);
            Wait.Until(() => bank.Served > 100, "the bank serves requests");
            if (life == 1)
            {
                run.Control.Stop();
                Assert.True(run.Report.Summary.Completed > 200);
            }
        }

        Assert.Equal(retries, run.Report.Summary.Failed == 0);
        Assert.Equal(retries, run.Report.Summary.Retries > 0);
        Assert.All(run.Report.Failures, failure =>
            Assert.True(failure.Kind is FailureKind.ConnectionRefused or FailureKind.ClosedBeforeAnswer, $"{failure}"));
    }
}
