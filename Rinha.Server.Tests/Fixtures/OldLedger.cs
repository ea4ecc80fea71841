using System.Collections;
using System.Runtime.CompilerServices;

namespace Rinha.Server.Tests.Fixtures;

// Ledgers of every released version, a made-up one from before them, and the steps that convert them.
internal static class OldLedger
{
    // Enough for a mark for each client. The last one has a key.
    public const int Transactions = 500;

    // The first step must run exactly once: afterwards the times match those in ultimas and the key's.
    private static readonly string[] s_steps =
    [
        "UPDATE transacoes SET realizada_em = realizada_em + 1000000",
        .. LedgerFile.Versions.StepsFrom(4).Select(step => step.Sql),
    ];

    private static readonly string[] s_undoSteps =
    [
        "UPDATE transacoes SET realizada_em = realizada_em - 1000000",
        "ALTER TABLE chaves DROP COLUMN seq",
        """
        DROP INDEX chave_do_cliente;
        ALTER TABLE chaves RENAME TO novas;
        CREATE TABLE chaves (
          id INTEGER PRIMARY KEY, chave TEXT NOT NULL UNIQUE, cliente_id INTEGER NOT NULL REFERENCES clientes (id),
          valor INTEGER NOT NULL, tipo TEXT NOT NULL, descricao TEXT NOT NULL, limite INTEGER NOT NULL, saldo INTEGER,
          criada_em INTEGER NOT NULL, seq INTEGER CHECK (seq > 0)) STRICT;
        INSERT INTO chaves SELECT * FROM novas;
        DROP TABLE novas;
        """,
    ];

    public static readonly long Current = LedgerFile.Versions.Current;

    public static readonly long Oldest = Current - s_steps.Length;

    public static readonly SchemaVersions Versions = new(Oldest, s_steps);

    // The same, with a callback before each step.
    public static SchemaVersions Observed(Action<int> beforeStep) =>
        new(Oldest, new ObservedSteps(beforeStep));

    public static void Make(string path, int stepsTaken = 0)
    {
        using (var ledger = LedgerExtensions.OpenLedger(path))
        {
            ledger.CreditAtOnce(Transactions - 1);
            Assert.Equal(PostResult.Accepted, PostKeyed(ledger, accountId: 1).Result);
        }

        using var database = LedgerRows.Open(path);
        foreach (var step in s_undoSteps.Skip(stepsTaken).Reverse())
        {
            database.Execute(step);
        }

        database.Execute($"PRAGMA user_version = {Oldest + stepsTaken}");
    }

    public static WriteOutcome PostKeyed(ILedger ledger, long accountId) =>
        ledger.Post(accountId, TransactionKind.Credit, 7, "text", "key");

    // Fails unless a file is a sound ledger after so many steps.
    public static void AssertHasTaken(int stepsTaken, string path)
    {
        Assert.Equal(Oldest + stepsTaken, LedgerRows.Query(path, "PRAGMA user_version"));
        Assert.Equal(Transactions, LedgerRows.Query(path, "SELECT count(*) FROM transacoes"));
        Assert.Equal(
            stepsTaken > 0 ? 1 : 0,
            LedgerRows.Query(path, "SELECT count(*) FROM chaves JOIN transacoes ON realizada_em = criada_em"));
        Assert.Equal(
            stepsTaken > 1 ? 1 : 0,
            LedgerRows.Query(path, "SELECT count(*) FROM pragma_table_info('chaves') WHERE name = 'seq'"));
        Assert.Equal(
            stepsTaken > 2 ? 2 : 1, LedgerRows.Query(path, """
                SELECT count(*) FROM pragma_index_list('chaves') JOIN pragma_index_info(pragma_index_list.name)
                """));
        Assert.Equal("ok", LedgerRows.QueryText(path, "PRAGMA integrity_check"));
    }

    private sealed class ObservedSteps(Action<int> beforeStep) : IReadOnlyList<string>
    {
        public int Count => s_steps.Length;

        public string this[int index]
        {
            get
            {
                beforeStep(index);
                return s_steps[index];
            }
        }

        public IEnumerator<string> GetEnumerator() => s_steps.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

// A process that opens an OldLedger and stops before one of the steps: this program, which does so instead of running
// tests when TEST_CONVERTS is set.
internal sealed class ConvertingProcess : IDisposable
{
    private const string Path = "TEST_CONVERTS";
    private const string Step = "TEST_STOPS_BEFORE_STEP";

    private readonly Process _process;

    public ConvertingProcess(string path, int step)
    {
        var program = System.IO.Path.ChangeExtension(typeof(ConvertingProcess).Assembly.Location, null);
        var start = new ProcessStartInfo(program);
        start.Environment[Path] = path;
        start.Environment[Step] = step.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(start)!;
        Wait.Until(() => File.Exists(MarkOf(path)), "the process reaches the step");
        File.Delete(MarkOf(path));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Path) is not { } path)
        {
            return;
        }

        var last = int.Parse(Environment.GetEnvironmentVariable(Step)!, CultureInfo.InvariantCulture);
        LedgerFile.Open(path, Synchronous.Normal, OldLedger.Observed(step =>
        {
            if (step == last)
            {
                File.WriteAllText(MarkOf(path), "");
                Thread.Sleep(Timeout.Infinite);
            }
        }));
        Environment.Exit(1);
    }

    private static string MarkOf(string path) => path + ".stopped";
}
