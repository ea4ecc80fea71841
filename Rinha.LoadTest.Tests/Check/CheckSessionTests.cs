namespace Rinha.LoadTest.Tests.Check;

// Complete correctness runs against a correct bank, and against banks with one fault each.
public sealed class CheckSessionTests
{
    private const string WellFormed = "every answer is well-formed";
    private const string WithinLimit = "balance never below minus the limit";
    private const string ConstantLimit = "limit never changes";
    private const string Snapshot = "a statement's balance is that of its newest transaction";
    private const string Chain = "a statement lists consecutive transactions, newest first";
    private const string Refused = "no statement lists a refused transaction";
    private const string ReadYourWrites = "an acknowledged write is visible at once on every connection";
    private const string Balances = "balance = balance before + acknowledged transactions";

    private static readonly string[] s_all =
        [WellFormed, WithinLimit, ConstantLimit, Snapshot, Chain, Refused, ReadYourWrites, Balances];

    // Banks with one fault each: the checks that must find it, and those that may.
    private static readonly Dictionary<string, (Func<StubLedger> Bank, string[] Must, string[] May)> s_faults = new()
    {
        ["loses updates"] = (() => Faults.LosesUpdates(100, 100), [Balances], [Chain]),
        ["reads stale"] = (Faults.ReadsStale, [ReadYourWrites], []),
        // The snapshot check finds it only if the duplicate is a statement's newest row.
        ["applies twice"] =
            (() => Faults.DoublesTransactions(50), [Balances, Chain, ReadYourWrites], [Snapshot]),
        ["breaks limits"] = (Faults.BreaksLimits, [WithinLimit], [Balances, Snapshot, Chain]),
        ["tears statements"] = (() => Faults.TearsStatements(50), [Snapshot, ReadYourWrites], [Balances]),
        ["forgets"] = (() => Faults.ForgetsTransactions(50), [Balances, ReadYourWrites], []),
        ["lists oldest first"] = (Faults.ListsOldestFirst, [Chain, Snapshot, ReadYourWrites], []),
    };

    public static TheoryData<string> FaultNames => [.. s_faults.Keys];

    [Fact]
    public void A_correct_bank_has_no_violations()
    {
        var report = Run(new StubLedger());

        Assert.Equal(0, report.Summary.Failed);
        Assert.Equal(s_all, report.Check!.Checks.Select(check => check.Name));
        AssertPassed(report);
        Assert.All(report.Check.Checks, check => Assert.Null(check.Example));
        Assert.Equal((8_000, 5), (One(report, ReadYourWrites).Made, One(report, Balances).Made));
        Assert.True(One(report, Snapshot).Made > 100);
        var transactions = report.Operations.Take(2).Sum(operation => operation.Completed);
        Assert.Equal(transactions + 2_000, report.Check.Acknowledged + report.Check.Refused);
        Assert.True(report.Check.Refused > 0);
        Assert.Equal(0, report.Check.Unknown);
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public void A_faulty_bank_is_caught(string fault)
    {
        var (bank, must, may) = s_faults[fault];

        var violated = Run(bank()).Check!.Checks.Where(check => check.Violations > 0).ToList();

        var found = string.Join('\n', violated);
        Assert.All(must, name => Assert.True(violated.Exists(check => check.Name == name), $"missed {name}: {found}"));
        Assert.All(violated, check =>
            Assert.True(must.Contains(check.Name) || may.Contains(check.Name), $"false alarm: {check}"));
        Assert.All(violated, check => Assert.NotEmpty(check.Example!));
    }

    [Fact]
    public void Every_account_of_the_load_is_compared_and_no_other_is_used()
    {
        var seven = Enumerable.Range(1, 7).Select(id => new StubAccount(id, 100_000));
        var ledger = new StubLedger { Accounts = [.. seven] };
        ledger.OnPost = (account, _, next) =>
        {
            account.BalanceCents += account.Id == 7 ? 1 : 0; // A foreign cent.
            return next();
        };

        var report = Run(ledger, accounts: 7);

        var balances = One(report, Balances);
        Assert.Equal((7, 1), (balances.Made, balances.Violations));
        Assert.StartsWith("client 7: moved by", balances.Example, StringComparison.Ordinal);
        ledger = new StubLedger { Accounts = [new StubAccount(1, 100_000)] };
        AssertPassed(Run(ledger, accounts: 1));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void With_retries_dropped_connections_cause_no_failure_and_double_application_is_caught(
        bool applies, bool knowsKeys)
    {
        var ledger = Faults.DropsConnections(29, applies, knowsKeys);

        var report = Run(ledger, retryFor: Wait.Timeout);

        Assert.True(ledger.Injected > 100);
        Assert.Equal((0, 0), (report.Summary.Failed, report.Check!.Unknown));
        Assert.InRange(report.Summary.Retries!.Value, 100, ledger.Injected);
        Assert.Equal(!knowsKeys, One(report, Balances).Violations > 0);
        Assert.Equal(!knowsKeys, report.Check.Checks.Any(check => check is not { Made: > 0, Violations: 0 }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_bank_that_answers_503_passes_unless_it_applies_the_request_anyway(bool applies)
    {
        var report = Run(Faults.AnswersUnavailable(10, most: 5, applies));

        Assert.Equal((5, 5, 0), (report.Summary.Failed, report.Check!.Unavailable, report.Check.Unknown));
        Assert.Equal(applies, One(report, Balances).Violations > 0);
        Assert.Equal(applies, report.Check.Checks.Any(check => check.Violations > 0));
    }

    [Fact]
    public void With_a_database_the_rows_are_checked_too()
    {
        using var complete = TestLedger.InFile();
        using var incomplete = TestLedger.InFile();

        var passed = Run(WriteThrough(complete, skippedDebit: -1), database: complete.Source);
        var failed = Run(WriteThrough(incomplete, skippedDebit: 10), database: incomplete.Source);

        Assert.Equal(20, passed.Check!.Checks.Count);
        // The stub has no pages of the history.
        Assert.All(passed.Check.Checks, check => Assert.True(
            check.Violations == 0 && (check.Made > 0 || check.Name.StartsWith("a page", StringComparison.Ordinal))));
        Assert.Equal(1, One(failed, "every acknowledged transaction is in the ledger exactly once").Violations);
    }

    // Also writes every transaction to a database, except optionally one debit: skipping a credit would make the
    // database refuse a later debit.
    private static StubLedger WriteThrough(TestLedger file, int skippedDebit)
    {
        var debits = 0;
        return new StubLedger
        {
            OnPost = (account, entry, next) =>
            {
                var answer = next();
                if (answer.Status == 200 && (entry.Kind == 'c' || ++debits != skippedDebit))
                {
                    file.Post(account.Id, entry.SignedCents, entry.Text);
                }

                return answer;
            },
        };
    }

    private static void AssertPassed(RunReport report) => Assert.All(
        report.Check!.Checks, check => Assert.True(check is { Made: > 0, Violations: 0 }, $"{check}"));

    private static RunReport Run(
        StubLedger ledger, TimeSpan? retryFor = null, ILedgerSource? database = null, int accounts = 5)
    {
        using var bank = new StubBank(ledger);
        var options = Runs.Counted(3_000, connections: 8) with
        {
            Mix = new Mix(4, 2, 1),
            RetryFor = retryFor,
            Accounts = accounts,
        };
        var report = new CheckSession(bank.Target, Runs.Session(bank.Target), database)
            .Run(options, out var failure);
        Assert.True(report is not null, failure);
        return report;
    }

    private static CheckResult One(RunReport report, string name) =>
        report.Check!.Checks.Single(check => check.Name == name);
}
