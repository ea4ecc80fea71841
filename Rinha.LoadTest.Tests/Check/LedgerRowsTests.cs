using System.Data.Common;
using Npgsql;
using static Rinha.LoadTest.Tests.Fixtures.Logs;

namespace Rinha.LoadTest.Tests.Check;

// The oracle's checks of real ledgers: SQLite and PostgreSQL give the same findings.
public sealed class LedgerRowsTests
{
    private const string Once = "every acknowledged transaction is in the ledger exactly once";
    private const string AsSent = "every transaction in the ledger is as sent";
    private const string NoneRefused = "no refused transaction is in the ledger";
    private const string NoneUnavailable = "no transaction answered 503 is in the ledger";
    private const string NoOther = "no other transaction is in the ledger";
    private const string Sums = "balance = sum of the client's history";
    private const string Limits = "no balance in the ledger is or ever was below minus the limit";
    private const string Newest = "a client's row lists its last ten transactions";

    private static readonly string[] s_rows =
        [Once, AsSent, NoneRefused, NoneUnavailable, Sums, Limits, Newest];

    // Changes to a correct ledger, and the checks that must report each.
    private static readonly Dictionary<string, Case> s_cases = new()
    {
        ["is as acknowledged"] = new(_ => { }),
        ["has an unknown transaction"] = new(it => it.Post(4, 600, TextOf(11))),
        ["has a transaction answered 503, outcome unknown"] = new(it => it.Post(4, 900, TextOf(14))),
        ["has an unknown transaction with another amount"] = new(it => it.Post(4, 601, TextOf(11)), AsSent),
        ["has a refused transaction"] =
            new(it => it.Post(3, -9_000, TextOf(10)), NoneRefused)
            {
                Example = "[0.000-0.000 ms] client 3: debit of 9000, Refused",
            },
        ["has a transaction answered 503"] =
            new(it => it.Post(4, 800, TextOf(13)), NoneUnavailable)
            {
                Example = "[from 0.000 ms] client 4: credit of 800, Unavailable",
            },
        ["lacks a row"] = new(
            it => it.Execute($"DELETE FROM transacoes WHERE descricao = '{TextOf(2)}'"), Once, Sums, Newest),
        ["never got a transaction"] = new(
            it => it.Execute($"""
                DELETE FROM transacoes WHERE descricao = '{TextOf(3)}';
                UPDATE clientes SET saldo = saldo - 300, ultima_seq = ultima_seq - 1 WHERE id = 2
                """),
            Once, Newest),
        ["has a row twice"] =
            new(it => it.Post(2, 300, TextOf(3)), Once, AsSent) { Example = "client 2: 2 times" },
        ["has another amount"] = new(it => Alter(it, "valor = valor + 1"), AsSent, Sums, Newest),
        ["has another kind"] = new(it => Alter(it, "tipo = 'd'"), AsSent, Sums, Newest),
        ["has another client"] = new(it => Alter(it, "cliente_id = 3"), AsSent, Sums, Newest),
        ["has another amount and a balance that fits"] = new(
            it =>
            {
                Alter(it, "valor = valor + 1");
                it.Execute("UPDATE clientes SET saldo = saldo + 1 WHERE id = 2");
            },
            AsSent, Newest),
        ["has another text"] = new(it => Alter(it, "descricao = 'x'"), Once, Newest),
        ["has a balance under minus the limit"] = new(it => Overdraw(it, -1_000_001), Limits),
        ["once had a balance under minus the limit"] = new(it => Overdraw(it, -1_000_001, 1), Limits)
        {
            Example = "client 3: balance -1000000, lowest -1000001, limit 1000000",
        },
        ["has a balance without a history"] =
            new(it => it.Execute("UPDATE clientes SET saldo = saldo + 1 WHERE id = 4"), Sums),
        ["has a gap"] = new(it => it.Execute("UPDATE clientes SET ultima_seq = ultima_seq + 1 WHERE id = 5"), Sums),
        ["has a duplicate sequence number"] = new(
            it => Renumber(it, "SET seq = 2 WHERE cliente_id = 1 AND seq = 3"), Sums)
        {
            Example = "client 1: balance 301, sum 301, 3 rows, 1 out of sequence, sequence 3",
        },
        ["does not count from 1"] = new(it => Renumber(it, "SET seq = seq + 1 WHERE cliente_id = 1"), Sums),
    };

    public static IEnumerable<TheoryDataRow<string, bool>> Cases => s_cases.Keys.SelectMany(
        name => (TheoryDataRow<string, bool>[])[new(name, true), new(name, false)]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_change_to_a_ledger_is_reported(string name, bool isFile)
    {
        using var ledger = New(isFile);
        var one = s_cases[name];
        var log = Acknowledged(ledger);

        one.Change(ledger);

        AssertViolations(log, ledger, one.Violations);
        if (one.Example is not null)
        {
            Assert.Equal(one.Example, Results(log, ledger).First(result => result.Violations > 0).Example);
        }
    }

    [Fact]
    public void A_row_answered_503_is_fine_if_another_attempt_may_have_been_applied()
    {
        using var ledger = TestLedger.InFile();
        var log = Acknowledged(ledger);
        log.LoseAnswer(4, 800, text: 13);
        ledger.Post(4, 800, TextOf(13));

        AssertViolations(log, ledger);
    }

    [Fact]
    public void Foreign_transactions_are_reported_if_the_ledger_was_empty()
    {
        using var before = TestLedger.InFile();
        var log = Acknowledged(before);
        using var foreign = TestLedger.InFile();
        foreign.Post(2, 77, "validacao");
        Assert.Equal((1, "1 with an unknown text"), Others(foreign));

        using var ledger = TestLedger.InFile();
        ledger.Post(1, 500, TextOf(1)); // acknowledged
        ledger.Post(4, 600, TextOf(11)); // unknown
        Assert.Equal((0, null), Others(ledger));

        ledger.Post(3, -9_000, TextOf(10)); // refused
        ledger.Post(4, 800, TextOf(13)); // answered 503
        ledger.Post(2, 77, TextOf(99)); // never sent
        Assert.Equal((3, "client 3: -9000"), Others(ledger));

        (long, string?) Others(TestLedger ledger)
        {
            var rows = Oracle.Rows([log], LedgerRows.Read(ledger.Source), isComplete: true);
            var others = rows.Single(result => result.Name == NoOther);
            return (others.Violations, others.Example);
        }
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(25)]
    public void A_clients_row_must_list_its_last_ten_transactions_byte_for_byte(int rows)
    {
        using var ledger = TestLedger.InFile();
        var log = Acknowledged(ledger);
        for (var row = 1; row <= rows; row++)
        {
            ledger.Post(4, row, $"ção {row}");
        }

        AssertViolations(log, ledger);
        ledger.Execute("UPDATE transacoes SET realizada_em = 1 WHERE id = (SELECT max(id) FROM transacoes)");
        AssertViolations(log, ledger, Newest);
    }

    [Fact]
    public void Reading_anything_but_a_ledger_throws()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("text"), "something else, long enough to look like a file of SQLite");

        Assert.ThrowsAny<DbException>(() => LedgerRows.Read(new SqliteLedgerSource(directory.File("text"))));
        Assert.ThrowsAny<DbException>(() => LedgerRows.Read(new SqliteLedgerSource(directory.File("missing"))));
        Assert.False(File.Exists(directory.File("missing")));
        using var database = TestLedger.InPostgres();
        database.Execute("DROP TABLE transacoes");
        Assert.ThrowsAny<DbException>(() => LedgerRows.Read(database.Source));
    }

    [Theory]
    [InlineData("postgres://rinha@/rinha?host=/run/postgresql", "/run/postgresql 5432 rinha  rinha ")]
    [InlineData("postgresql://u:p%40ss@127.0.0.1:6000/bank", "127.0.0.1 6000 u p@ss bank ")]
    [InlineData("POSTGRES://u@h/b?options=-c%20search_path%3Dx", "h 5432 u  b -c search_path=x")]
    public void The_servers_database_url_is_parsed(string text, string parts)
    {
        Assert.True(PostgresUrl.HasScheme(text));
        Assert.True(PostgresUrl.TryParse(text, out var url));
        var one = new NpgsqlConnectionStringBuilder(url.ConnectionString);
        Assert.Equal(parts, $"{one.Host} {one.Port} {one.Username} {one.Password} {one.Database} {one.Options}");
        Assert.False(one.Pooling);
    }

    [Fact]
    public void Other_urls_are_rejected_or_treated_as_files()
    {
        string[] bad = ["h/b", "u@h/", "u@h:port/b", "u@h/b?sslmode=require", "u@h/b?host"];
        Assert.All(bad, rest => Assert.True(PostgresUrl.HasScheme("postgres://" + rest)));
        Assert.All(bad, rest => Assert.False(PostgresUrl.TryParse("postgres://" + rest, out _)));
        Assert.All(["/data/postgres://u@h/b", "sqlite:///data/rinha.db"], text =>
            Assert.False(PostgresUrl.HasScheme(text) || PostgresUrl.TryParse(text, out _)));
    }

    private static TestLedger New(bool isFile) => isFile ? TestLedger.InFile() : TestLedger.InPostgres();

    private static void Alter(TestLedger ledger, string change) =>
        ledger.Execute($"UPDATE transacoes SET {change} WHERE descricao = '{TextOf(3)}'");

    private static void Overdraw(TestLedger ledger, params int[] cents)
    {
        ledger.DropRules();
        Array.ForEach(cents, one => ledger.Post(3, one, "x"));
    }

    private static void Renumber(TestLedger ledger, string change)
    {
        ledger.DropRules();
        ledger.Execute($"UPDATE transacoes {change}");
    }

    private static TransactionLog Acknowledged(TestLedger ledger)
    {
        var log = new TransactionLog();
        // From before the run.
        ledger.Post(1, 1, "validacao");
        ledger.Post(2, 77, TextOf(99));
        foreach (var (clientId, cents, text) in new[] { (1, 500, 1L), (1, -200, 2L), (2, 300, 3L), (5, -400, 4L) })
        {
            ledger.Post(clientId, cents, TextOf(text));
            log.Acknowledge(clientId, cents, text);
        }

        log.Refuse(3, -9_000, text: 10);
        log.LoseAnswer(4, 600, text: 11);
        log.LoseAnswer(4, -700, text: 12);
        log.FailWithStatus(4, 800, text: 13, problem: ProblemType.StorageFailed);
        log.FailWithStatus(4, 900, text: 14, problem: ProblemType.OutcomeUnknown);
        return log;
    }

    // Of the rows, as they are; HistoryCheckTests has the checks of the answers' order.
    private static IReadOnlyList<CheckResult> Results(TransactionLog log, TestLedger ledger) =>
    [
        .. Oracle.Rows([log], LedgerRows.Read(ledger.Source), isComplete: false)
            .Where(result => s_rows.Contains(result.Name)),
    ];

    private static void AssertViolations(TransactionLog log, TestLedger ledger, params string[] names)
    {
        // Only a ledger whose client rows repeat the last ten transactions has this check.
        var unseen = ledger.Source.NewestSql is null ? Newest : "";
        var results = Results(log, ledger);
        Assert.Equal(s_rows.Except([unseen]), results.Select(result => result.Name));
        Assert.All(results, result => Assert.Equal(result.Violations == 0, result.Example is null));
        Assert.All(results, result => Assert.True(result.Made > 0));
        Assert.Equal(
            names.Except([unseen]), results.Where(result => result.Violations > 0).Select(result => result.Name));
    }

    private sealed record Case(Action<TestLedger> Change, params string[] Violations)
    {
        // Describes the first violation.
        public string? Example { get; init; }
    }
}
