using System.Collections;
using System.Globalization;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>Ledgers of versions 1 to 3 as they might have been, and the steps that lead from them to version 4.</summary>
internal static class OldLedger
{
    /// <summary>How many transactions it has; each client enough for a mark.</summary>
    public const int Transactions = 500;

    // The second step must be taken exactly once: ultimas has the right times.
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE marcos (
          cliente_id INTEGER NOT NULL REFERENCES clientes (id), seq INTEGER NOT NULL, transacao_id INTEGER NOT NULL,
          PRIMARY KEY (cliente_id, seq)) STRICT, WITHOUT ROWID;
        INSERT INTO marcos SELECT cliente_id, seq, id FROM transacoes WHERE seq % 64 = 0;
        """,
        "UPDATE transacoes SET realizada_em = realizada_em + 1000000",
        "ALTER TABLE transacoes RENAME COLUMN texto TO descricao",
    ];

    private static readonly string[] s_back =
    [
        "DROP TABLE marcos; PRAGMA user_version = 1",
        "UPDATE transacoes SET realizada_em = realizada_em - 1000000; PRAGMA user_version = 2",
        "ALTER TABLE transacoes RENAME COLUMN descricao TO texto; PRAGMA user_version = 3",
    ];

    /// <summary>Versions 1 to 4.</summary>
    public static SchemaVersions Versions { get; } = new(oldest: 1, s_steps);

    /// <summary>The same; a step's index is told before the step is taken.</summary>
    public static SchemaVersions Observed(Action<int> beforeStep) =>
        new(oldest: 1, new ObservedSteps(beforeStep));

    /// <summary>Makes a ledger of an older version.</summary>
    public static void Make(string path, int version = 1)
    {
        using (var ledger = LedgerExtensions.OpenLedger(path))
        {
            ledger.CreditAtOnce(Transactions);
        }

        using var database = Database.Open(path);
        for (var step = s_back.Length; step >= version; step--)
        {
            database.Execute(s_back[step - 1]);
        }
    }

    /// <summary>Fails unless a file is such a ledger, whole, and nothing was left beside it.</summary>
    public static void AssertIs(string path, int version)
    {
        Assert.Equal(version, LedgerRows.Query(path, "PRAGMA user_version"));
        Assert.Equal(Transactions, LedgerRows.Query(path, "SELECT count(*) FROM transacoes"));
        Assert.Equal(1, LedgerRows.Query(
            path,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                SELECT (SELECT count(*) FROM pragma_table_info('transacoes') WHERE name = 'texto') = ({version} < 4)
                  AND (SELECT count(*) FROM sqlite_schema WHERE name = 'marcos') = ({version} > 1)
                """)));
        using var database = Database.Open(path);
        Assert.Equal("ok", database.QueryText("PRAGMA integrity_check"));
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
