namespace Rinha.LoadTest.Tests.Run;

// Runs with retries against faulty banks.
public sealed class RetryTests
{
    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, 500.0)]
    public void Dropped_requests_eventually_succeed_and_are_applied_once(bool applies, double? rate)
    {
        var ledger = Faults.DropsConnections(7, applies);
        using var bank = new StubBank(ledger);

        var report = Runs.Load(
            bank.Target,
            Runs.Counted(300, connections: 4) with { Rate = rate, Mix = new Mix(0, 1, 1), RetryFor = Wait.Timeout });

        Assert.Empty(report.Failures);
        Assert.Equal((300, 300, 0), (report.Summary.Requests, report.Summary.Completed, report.Summary.Failed));
        Assert.Equal(300, report.Summary.Statuses[200]);
        Assert.True(ledger.Injected > 40);
        Assert.Equal(ledger.Injected, report.Summary.Retries);
        Assert.Equal(300 + ledger.Injected, bank.Served);
        var texts = ledger.Accounts.SelectMany(account => account.History).Select(one => one.Text).ToList();
        Assert.Equal(report.Operations[(int)Operation.Credit].Completed, texts.Count);
        Assert.Equal(texts.Count, texts.Distinct().Count());
    }

    [Fact]
    public void A_retry_repeats_the_request_byte_for_byte_including_its_key()
    {
        using var bank = new StubBank(Faults.DropsConnections(2, applies: false));

        Runs.Load(bank.Target, Runs.Counted(60) with { Mix = new Mix(1, 1, 1), RetryFor = Wait.Timeout });

        // Every second request on the one connection is dropped, so from the second on each arrives twice.
        var requests = bank.Requests.ToList();
        Assert.Equal(119, requests.Count);
        for (var index = 1; index < requests.Count; index += 2)
        {
            Assert.Equal(
                (requests[index].Head, requests[index].Body), (requests[index + 1].Head, requests[index + 1].Body));
        }

        var posts = requests.Where(request => request.Method == "POST").ToList();
        Assert.All(posts, post => Assert.Matches("^[0-9A-Za-z]{10}$", post.Key));
        Assert.Equal(
            posts.DistinctBy(post => post.Body).Count(), posts.DistinctBy(post => post.Key).Count());
        Assert.All(requests.Except(posts), statement => Assert.Null(statement.Key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_do_not_imply_retries_and_are_absent_by_default(bool keys)
    {
        using var bank = new StubBank(Faults.DropsConnections(2, applies: false));

        var report = Runs.Load(bank.Target, Runs.Counted(20) with { Mix = new Mix(1, 1, 0), Keys = keys });

        Assert.Equal(10, report.Summary.Failed);
        Assert.Equal(keys ? 20 : 1, bank.Requests.DistinctBy(request => request.Key).Count());
        Assert.Equal(!keys, bank.Requests.First().Key is null);
        Assert.Null(report.Summary.Retries);
    }

    [Fact]
    public void Latency_counts_from_the_first_attempt_and_only_the_last_answer_is_counted()
    {
        using var bank = new StubBank(Faults.AnswersUnavailable(1, most: 3, applies: false));

        var report = Runs.Load(
            bank.Target, Runs.Counted(1) with { Mix = new Mix(0, 1, 0), RetryFor = Wait.Timeout });

        Assert.Equal(3, report.Summary.Retries);
        Assert.Equal([new KeyValuePair<int, long>(200, 1)], report.Summary.Statuses);
        Assert.Equal(1, report.Latency.Count);
        Assert.InRange(report.Latency.Min, 0.069, Wait.Timeout.TotalSeconds);
    }

    [Fact]
    public void A_request_that_never_succeeds_counts_as_its_last_failure_at_the_deadline()
    {
        var ledger = Faults.AnswersUnavailable((_, _) => true);
        using var bank = new StubBank(ledger);

        var report = Runs.Load(
            bank.Target, Runs.Counted(2, connections: 2) with { RetryFor = TimeSpan.FromSeconds(1) });

        var failure = Assert.Single(report.Failures);
        Assert.Equal((FailureKind.UnexpectedStatus, 2), (failure.Kind, failure.Count));
        Assert.Equal(2, report.Summary.Statuses[503]);
        // After 10, 30, 70, 150, 310 and 630 ms; fewer on a slow machine.
        Assert.InRange(report.Summary.Retries!.Value, 2, 12);
        Assert.Equal(ledger.Injected - 2, report.Summary.Retries);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(100.0, false)]
    [InlineData(null, true)]
    public void A_run_ends_after_its_retries_and_the_requests_that_they_delayed(
        double? rate, bool stops)
    {
        var isRight = false;
        var ledger = Faults.AnswersUnavailable((_, _) => !Volatile.Read(ref isRight));
        using var bank = new StubBank(ledger);
        using var run = new RunInBackground(
            bank.Target,
            Runs.Timed(stops ? 60 : 0.2, connections: 2) with { Rate = rate, RetryFor = Wait.Timeout });
        // By then the backoff exceeds the run's duration.
        Wait.Until(() => ledger.Injected >= 14, "requests are retried");
        Assert.False(run.IsOver);
        if (stops)
        {
            run.Control.Stop();
        }

        Volatile.Write(ref isRight, true);

        Assert.Empty(run.Report.Failures);
        Assert.Equal(stops, run.Report.Interrupted);
        // Each connection may send one more request before the run sees the stop.
        Assert.InRange(run.Report.Summary.Completed, rate is null ? 2 : 20, stops ? 4 : rate is null ? 2 : 20);
    }
}
