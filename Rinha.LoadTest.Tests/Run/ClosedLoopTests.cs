namespace Rinha.LoadTest.Tests.Run;

public sealed class ClosedLoopTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 100)]
    [InlineData(3, 1_000)]
    [InlineData(64, 10)]
    [InlineData(64, 5_000)]
    public void It_makes_exactly_the_requests_asked_for(int connections, int iterations)
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
        Assert.Null(report.TargetRate);
        Assert.Null(report.UncorrectedLatency);
        Assert.Null(report.SendDelay);
        Assert.Null(report.Check);
    }

    [Fact]
    public void What_it_sends_is_the_sequence_of_its_seed()
    {
        using var bank = new StubBank(keeps: true);

        Runs.Load(bank.Target, Runs.Counted(200) with { Seed = 5, Mix = new Mix(1, 1, 1) });

        var sequence = new RequestSequence(new Mix(1, 1, 1), 5);
        var writer = new RequestWriter(bank.Target.Host, "rinha-loadtest");
        var buffer = new byte[1024];
        foreach (var request in bank.Requests)
        {
            var length = writer.Write(sequence.Next(), buffer);
            Assert.Equal(
                System.Text.Encoding.ASCII.GetString(buffer, 0, length), $"{request.Head}\r\n{request.Body}");
        }
    }

    [Fact]
    public void It_sees_refused_debits_as_good_answers()
    {
        using var bank = new StubBank();

        var report = Runs.Load(bank.Target, Runs.Counted(1_000) with { Mix = new Mix(1, 0, 0) });

        Assert.Equal([200, 422], report.Summary.Statuses.Keys.Order());
        Assert.InRange(report.Summary.Statuses[422], 1, 999);
        Assert.Equal(1_000, report.Summary.Completed);
    }

    [Fact]
    public void It_takes_as_long_as_asked_for()
    {
        using var bank = new StubBank();
        var watch = Stopwatch.StartNew();

        var report = Runs.Load(bank.Target, Runs.Timed(0.5, connections: 2));

        Assert.InRange(report.Duration, 0.5, watch.Elapsed.TotalSeconds);
        Assert.Equal(bank.Served, report.Summary.Requests);
        Assert.Equal(report.Summary.Completed / report.Duration, report.Summary.Rate, precision: 6);
    }

    [Fact]
    public void The_warm_up_is_not_measured()
    {
        using var bank = new StubBank(new ColdLedger());
        var before = DateTimeOffset.UtcNow;

        var report = Runs.Load(
            bank.Target, Runs.Timed(0.3) with { WarmUp = TimeSpan.FromSeconds(1) });

        Assert.Empty(report.Failures);
        Assert.Equal([200], report.Summary.Statuses.Keys);
        Assert.Equal(1, report.WarmUp);
        Assert.True(report.Duration >= 0.3);
        Assert.True((report.StartedAt - before).TotalSeconds >= 0.99);
        Assert.InRange(report.Summary.Requests, 1, bank.Served - ColdLedger.ColdRequests);
    }

    [Fact]
    public void The_requests_asked_for_are_those_after_the_warm_up()
    {
        using var bank = new StubBank();

        var report = Runs.Load(
            bank.Target, Runs.Counted(50, connections: 2) with { WarmUp = TimeSpan.FromSeconds(1) });

        Assert.Equal(50, report.Summary.Requests);
        Assert.True(bank.Served > 50, $"{bank.Served} requests with a warm-up");
    }

    [Fact]
    public void A_server_that_refuses_is_not_asked_without_pause()
    {
        var report = Runs.Load(Targets.Of(Targets.UnusedUrl()), Runs.Timed(0.3));

        Assert.InRange(report.Summary.Failed, 1, 31);
    }

    [Fact]
    public void A_server_that_comes_back_is_used_again()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("s");
        using var run = new RunInBackground(Targets.Of("unix:" + path), Runs.Timed(60));

        using (var bank = new StubBank(socketPath: path))
        {
            Wait.Until(() => bank.Served > 100, "the first bank is used");
        }

        File.Delete(path);
        using (var bank = new StubBank(socketPath: path))
        {
            Wait.Until(() => bank.Served > 100, "the second bank is used");
            run.Control.Stop();
            Assert.True(run.Report.Summary.Completed > 200);
        }

        Assert.All(run.Report.Failures, failure =>
            Assert.True(failure.Kind is FailureKind.ConnectionRefused or FailureKind.ClosedBeforeAnswer, $"{failure}"));
    }

    /// <summary>Answers its first requests with 503.</summary>
    private sealed class ColdLedger : StubLedger
    {
        public const int ColdRequests = 20;

        private int _served;

        protected override StubAccount? Find(int clientId) => ++_served > ColdRequests ? base.Find(clientId) : null;

        protected override StubAnswer Unknown() => new(503);

        protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text) =>
            account.Receipt(0);
    }
}
