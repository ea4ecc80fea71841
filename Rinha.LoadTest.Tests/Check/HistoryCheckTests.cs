namespace Rinha.LoadTest.Tests.Check;

// Histories of a bank that does one thing after the other pass, however their requests overlap. Each edit that no such
// bank could have caused is found.
public sealed class HistoryCheckTests
{
    private const string Order = "a request sees all that was answered before it was sent";
    private const string Refusal = "at some moment of a refusal the balance refused it";
    private const string Balance = "a transaction's answer has the balance that it left";
    private const string Statement = "a statement's balance and transactions are of one moment";
    private const string Page = "a page of the history has the ledger's transactions";
    private const string Limit = "an answer's limit is the ledger's";
    private const string OneAnswer = "a transaction has one answer, however often it is sent";
    private const string Once = "every acknowledged transaction is in the ledger exactly once";
    private const string Unavailable = "no transaction answered 503 is in the ledger";
    private const string Other = "no other transaction is in the ledger";

    private const int Seeds = 100;

    // Each edit, and the check that finds it. An edit returns false where the history gives no occasion for it.
    private static readonly Dictionary<string, (Func<GeneratedHistory, bool> Edit, string Finds)> s_edits = new()
    {
        ["a transaction before one that ended earlier"] = (it => it.AnswerBefore(Outcome.Acknowledged), Order),
        ["a statement that lacks an acknowledged transaction"] = (it => it.ShowStale(Outcome.Statement), Order),
        ["a page that lacks an acknowledged transaction"] = (it => it.ShowStale(Outcome.Page), Order),
        ["a page that shows a transaction before it is sent"] = (it => it.AnswerBefore(Outcome.Page), Order),
        ["a page with other transactions"] =
            (it => it.Edit(Outcome.Page, one => one with { Entries = one.Entries ^ 1 }), Page),
        ["a page that ends early"] =
            (it => it.Edit(Outcome.Page, one => one with { SignedCents = one.SignedCents - 1 }), Page),
        ["a page that does not begin where it was to"] =
            (it => it.Edit(Outcome.Page, one => one with { BalanceCents = one.Text }), Page),
        ["a statement that shows a transaction before it is sent"] = (it => it.AnswerBefore(Outcome.Statement), Order),
        ["a statement after a newer one"] = (it => it.ShowOlderThanBefore(), Order),
        ["a statement with another balance"] =
            (it => it.Edit(Outcome.Statement, one => one with { BalanceCents = one.BalanceCents - 1 }), Statement),
        ["a statement with other transactions"] =
            (it => it.Edit(Outcome.Statement, one => one with { Entries = one.Entries ^ 1 }), Statement),
        ["a statement with a transaction that was lost"] =
            (it => it.Edit(Outcome.Statement, one => one with { Text = GeneratedHistory.NeverSent }), Statement),
        ["an answer with another balance"] =
            (it => it.Edit(Outcome.Acknowledged, one => one with { BalanceCents = one.BalanceCents + 1 }), Balance),
        ["a debit refused a cent early"] = (it => it.RefuseAffordable(), Refusal),
        ["a debit refused before it was too large"] = (it => it.RefuseEarly(), Refusal),
        ["two answers"] = (it => it.AnswerTwice(), OneAnswer),
        ["a lost transaction"] = (it => it.LoseRow(), Once),
        ["a transaction twice"] = (it => it.DoubleRow(), Once),
        ["a 503 that left a row"] =
            (it => it.Edit(Outcome.Acknowledged, one => one with { Outcome = Outcome.Unavailable }), Unavailable),
        ["a transaction that was never sent"] = (it => it.AddForeignRow(), Other),
        ["another limit"] = (it => it.ChangeLimit(), Limit),
    };

    public static TheoryData<string> Edits => [.. s_edits.Keys];

    [Fact]
    public void A_history_of_one_thing_after_the_other_passes()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var results = new GeneratedHistory(seed, requests: 300).Check();

            Assert.All(results, result => Assert.True(result.Violations == 0, $"seed {seed}: {result}"));
            Assert.All([Order, Refusal, Balance, Statement, Page], name =>
                Assert.True(results.Single(result => result.Name == name).Made > 0, name));
        }
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public void Each_edit_that_matters_is_found(string name)
    {
        var (edit, finds) = s_edits[name];
        var edited = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var history = new GeneratedHistory(seed, requests: 120);
            if (edit(history))
            {
                edited++;
                var found = history.Check().Where(result => result.Violations > 0).ToList();
                Assert.True(found.Exists(one => one.Name == finds), $"seed {seed}: {string.Join("; ", found)}");
                Assert.All(found, result => Assert.NotEmpty(result.Example!));
            }
        }

        Assert.InRange(edited, Seeds / 2, Seeds);
    }

    // docs/load-tests.md has the figures and the command.
    [Fact(Explicit = true)]
    public void Measure_ten_million_requests()
    {
        var (log, ledger) = Generate(); // Which leaves nothing else on the stack.
        GC.Collect(2, GCCollectionMode.Aggressive);
        File.WriteAllText("/proc/self/clear_refs", "5"); // The peak counts from now on.
        var watch = Stopwatch.StartNew();
        var results = Oracle.Rows([log], ledger, isComplete: true);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{watch.Elapsed.TotalSeconds:F1} s, at most {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
        Assert.All(results, result => Assert.Equal(0, result.Violations));

        static (TransactionLog Log, LedgerRows Ledger) Generate() =>
            new GeneratedHistory(1, requests: 10_000_000).Finish();
    }
}
