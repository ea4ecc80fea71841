using Rinha.LoadTest.Tests.Fixtures.Faults;

namespace Rinha.LoadTest.Tests.Check;

/// <summary>Whole runs for correctness, against a right bank and banks that are wrong in one way each.</summary>
public sealed class CheckSessionTests
{
    private const string Readable = "every answer is well-formed";
    private const string WithinLimit = "balance never under minus the limit";
    private const string SameLimit = "limit always the same";
    private const string Snapshot = "a statement's balance is that of its newest transaction";
    private const string Chain = "a statement lists consecutive transactions, newest first";
    private const string Refused = "no statement lists a refused transaction";
    private const string ReadYourWrites = "an acknowledged write is seen at once through every connection";
    private const string Balances = "balance = balance before + acknowledged transactions";

    private static readonly string[] s_all =
        [Readable, WithinLimit, SameLimit, Snapshot, Chain, Refused, ReadYourWrites, Balances];

    [Fact]
    public void A_right_bank_has_no_violations()
    {
        var report = Run(new StubLedger());

        Assert.Equal(0, report.Summary.Failed);
        Assert.Equal(s_all, report.Check!.Checks.Select(check => check.Name));
        Assert.All(report.Check.Checks, check => Assert.True(check is { Made: > 0, Violations: 0 }, $"{check}"));
        Assert.All(report.Check.Checks, check => Assert.Null(check.Example));
        Assert.Equal(8_000, Made(report, ReadYourWrites));
        Assert.Equal(5, Made(report, Balances));
        Assert.True(Made(report, Snapshot) > 100);
        var transactions = report.Operations.Take(2).Sum(operation => operation.Completed);
        Assert.Equal(transactions + 2_000, report.Check.Acknowledged + report.Check.Refused);
        Assert.True(report.Check.Refused > 0);
        Assert.Equal(0, report.Check.Unknown);
    }

    [Fact]
    public void A_lost_update_is_caught() =>
        AssertCaught(new LosesUpdates(100, 100), [Balances], maybe: [Chain]);

    [Fact]
    public void A_stale_read_is_caught()
    {
        var report = AssertCaught(new ReadsStale(), [ReadYourWrites], maybe: []);

        // The first of the four readers, in each of the rounds.
        Assert.Equal(2_000, Violations(report, ReadYourWrites));
    }

    [Fact]
    public void A_doubled_transaction_is_caught() =>
        // Its second row must be the newest of a statement for the snapshot to show it.
        AssertCaught(new DoublesTransactions(50), [Balances, Chain, ReadYourWrites], maybe: [Snapshot]);

    [Fact]
    public void A_broken_limit_is_caught()
    {
        var report = AssertCaught(new BreaksLimits(), [WithinLimit], maybe: [Balances, Snapshot, Chain]);

        Assert.True(report.Summary.Failed > 0);
    }

    [Fact]
    public void A_statement_whose_balance_is_of_another_moment_is_caught()
    {
        var report = AssertCaught(new TearsStatements(50), [Snapshot, ReadYourWrites], maybe: [Balances]);

        Assert.Contains("its newest transaction left", Example(report, Snapshot), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_transaction_is_caught() =>
        AssertCaught(new ForgetsTransactions(50), [Balances, ReadYourWrites], maybe: []);

    [Fact]
    public void A_wrong_order_is_caught() =>
        AssertCaught(new ListsOldestFirst(), [Chain, Snapshot, ReadYourWrites], maybe: []);

    [Fact]
    public void A_bank_that_answers_no_statement_cannot_be_checked()
    {
        using var server = StubServer.Start(connection =>
        {
            while (connection.Read() is not null)
            {
                connection.Send(new StubAnswer(500, "oh").ToBytes());
            }
        });

        var report = new CheckSession(server.Target, Runs.Session(server.Target), ledger: null)
            .Run(Runs.Counted(10), out var failure);

        Assert.Null(report);
        Assert.Equal("Statement: 500 oh", failure);
    }

    [Fact]
    public void Nobody_at_all_cannot_be_checked()
    {
        var target = Targets.Of(Targets.UnusedUrl());

        var report = new CheckSession(target, Runs.Session(target), null).Run(Runs.Counted(10), out var failure);

        Assert.Null(report);
        Assert.Equal("ConnectionRefused", failure);
    }

    [Fact]
    public void With_a_database_its_rows_are_checked_too()
    {
        using var file = new LedgerFile();
        using var bank = new StubBank(new WritingLedger(file, skips: -1));
        using var forgetful = new LedgerFile();
        using var other = new StubBank(new WritingLedger(forgetful, skips: 10));

        var right = Run(bank, file.Place);
        var wrong = Run(other, forgetful.Place);

        Assert.Equal(16, right.Check!.Checks.Count);
        Assert.All(right.Check.Checks, check => Assert.True(check is { Made: > 0, Violations: 0 }, $"{check}"));
        var violation = Assert.Single(wrong.Check!.Checks, check => check.Violations > 0);
        Assert.Equal("every acknowledged transaction is in the ledger exactly once", violation.Name);
        Assert.Equal(1, violation.Violations);
    }

    private static RunReport AssertCaught(StubLedger ledger, string[] caught, string[] maybe)
    {
        var report = Run(ledger);
        var violated = report.Check!.Checks.Where(check => check.Violations > 0).ToList();
        var found = string.Join('\n', violated);
        Assert.All(caught, name => Assert.True(violated.Exists(check => check.Name == name), $"not {name}: {found}"));
        Assert.All(violated, check =>
            Assert.True(caught.Contains(check.Name) || maybe.Contains(check.Name), $"falsely: {check}"));
        Assert.All(violated, check => Assert.NotEmpty(check.Example!));
        return report;
    }

    private static RunReport Run(StubLedger ledger)
    {
        using var bank = new StubBank(ledger);
        return Run(bank, ledger: null);
    }

    private static RunReport Run(StubBank bank, ILedgerPlace? ledger)
    {
        var report = new CheckSession(bank.Target, Runs.Session(bank.Target), ledger)
            .Run(Runs.Counted(3_000, connections: 8) with { Mix = new Mix(4, 2, 1) }, out var failure);
        Assert.True(report is not null, failure);
        return report;
    }

    private static long Made(RunReport report, string name) => One(report, name).Made;

    private static long Violations(RunReport report, string name) => One(report, name).Violations;

    private static string? Example(RunReport report, string name) => One(report, name).Example;

    private static CheckResult One(RunReport report, string name) =>
        report.Check!.Checks.Single(check => check.Name == name);

    /// <summary>
    /// Writes what it does into a database as well, where it may skip one debit; without a credit the database would
    /// refuse a later debit.
    /// </summary>
    private sealed class WritingLedger(LedgerFile file, int skips) : StubLedger
    {
        private int _debits;

        protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
        {
            var answer = base.Post(account, amountCents, kind, text);
            if (answer.Status == 200 && (kind == 'c' || ++_debits != skips))
            {
                file.Post(account.Id, kind == 'd' ? -amountCents : amountCents, text);
            }

            return answer;
        }
    }
}
