using Rinha.LoadTest.Tests.Fixtures.Faults;

namespace Rinha.LoadTest.Tests.Check;

/// <summary>Runs for correctness with keys and retries, against banks that fail in the middle.</summary>
public sealed class RetryCheckTests
{
    private const string Balances = "balance = balance before + acknowledged transactions";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_right_bank_that_drops_connections_is_right_and_no_request_fails(bool applies)
    {
        var ledger = new DropsConnections(29, applies);

        var report = Run(ledger, retryFor: Wait.Timeout);

        Assert.True(ledger.Dropped > 100);
        Assert.Equal((0, 0), (report.Summary.Failed, report.Check!.Unknown));
        Assert.InRange(report.Summary.Retries!.Value, 100, ledger.Dropped);
        Assert.All(report.Check.Checks, check => Assert.True(check is { Made: > 0, Violations: 0 }, $"{check}"));
    }

    [Fact]
    public void A_bank_that_applies_a_retried_transaction_twice_is_found()
    {
        var report = Run(new DropsConnections(29, applies: true) { KnowsKeys = false }, retryFor: Wait.Timeout);

        Assert.Equal(0, report.Summary.Failed);
        Assert.True(Violations(report, Balances) > 0);
    }

    [Fact]
    public void A_bank_that_answers_503_and_applies_all_the_same_is_found()
    {
        var report = Run(new AnswersUnavailable(10, most: 5, applies: true), retryFor: null);

        Assert.Equal((5, 0), (report.Check!.Unavailable, report.Check.Unknown));
        Assert.True(Violations(report, Balances) > 0);
    }

    [Fact]
    public void One_that_answers_503_and_does_nothing_is_right()
    {
        var report = Run(new AnswersUnavailable(10, most: 5, applies: false), retryFor: null);

        Assert.Equal((5, 5, 0), (report.Summary.Failed, report.Check!.Unavailable, report.Check.Unknown));
        Assert.All(report.Check.Checks, check => Assert.True(check is { Made: > 0, Violations: 0 }, $"{check}"));
    }

    private static RunReport Run(StubLedger ledger, TimeSpan? retryFor)
    {
        using var bank = new StubBank(ledger);
        var options = Runs.Counted(3_000, connections: 8) with { Mix = new Mix(4, 2, 1), RetryFor = retryFor };
        var report = new CheckSession(bank.Target, Runs.Session(bank.Target), ledger: null)
            .Run(options, out var failure);
        Assert.True(report is not null, failure);
        return report;
    }

    private static long Violations(RunReport report, string name) =>
        report.Check!.Checks.Single(check => check.Name == name).Violations;
}
