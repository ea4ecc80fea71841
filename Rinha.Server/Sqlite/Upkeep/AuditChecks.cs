using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Upkeep;

// A query that describes each violation of one rule in a row of one column. The preparation runs first, in the same
// snapshot: it may fill temporary tables, for this check and those after it. The violations of a warning leave the
// ledger sound.
internal sealed record AuditCheck(string Name, string Preparation, string Sql, bool IsWarning = false);

// The checks that a sound ledger passes. They read the history from beginning to end and never sort it: they keep only
// a row for each account or key, in temporary tables.
internal static class AuditChecks
{
    // An entry of ultimas, independent of the writer's code: amount, time, kind, the text's length, the text and zeros.
    private const string EntryInHex = """
        format('%016X%016X%s%02X%s', valor, realizada_em, hex(tipo), length(CAST(descricao AS BLOB)),
               substr(hex(descricao) || hex(zeroblob(40)), 1, 80))
        """;

    private static readonly string s_letters = Each(kind => $"'{(char)kind.Letter()}'", ", ");

    // What a row adds to its client's balance. An unknown letter counts as a debit; the check "values" reports it.
    private static readonly string s_change = $"CASE tipo {Each(
        kind => $"WHEN '{(char)kind.Letter()}' THEN {kind.ChangeCents(1)} * valor", " ")} ELSE -valor END";

    // seq must be 1 more than the number of the client's rows before it.
    private static readonly string s_sumHistory = $"""
        CREATE TEMP TABLE history (
          id INTEGER PRIMARY KEY, rows INTEGER, cents INTEGER, seq INTEGER, out_of_order INTEGER);
        INSERT INTO history
          SELECT cliente_id, 1, {s_change}, seq, seq <> 1 FROM transacoes WHERE true ORDER BY id
          ON CONFLICT (id) DO UPDATE SET
            rows = rows + 1, cents = cents + excluded.cents,
            out_of_order = out_of_order + (excluded.seq <> rows + 1);
        """;

    // A key and its transaction are one commit, with the same time, and the key has its seq unless it is older.
    private const string MatchKeys = """
        CREATE TEMP TABLE kept (
          cliente_id INTEGER, em INTEGER, valor INTEGER, tipo TEXT, descricao TEXT, seq INTEGER, keys INTEGER,
          rows INTEGER, PRIMARY KEY (cliente_id, em, valor, tipo, descricao, seq)) WITHOUT ROWID;
        INSERT INTO kept
          SELECT cliente_id, criada_em, valor, tipo, descricao, ifnull(seq, 0), 1, 0 FROM chaves
          WHERE saldo IS NOT NULL
          ON CONFLICT DO UPDATE SET keys = keys + 1;
        INSERT INTO kept
          SELECT t.cliente_id, t.realizada_em, t.valor, t.tipo, t.descricao, k.seq, 0, 1
          FROM transacoes t CROSS JOIN kept k
          WHERE k.cliente_id = t.cliente_id AND k.em = t.realizada_em AND k.valor = t.valor AND k.tipo = t.tipo
            AND k.descricao = t.descricao AND k.seq IN (0, t.seq)
          ON CONFLICT DO UPDATE SET rows = rows + 1;
        """;

    public static readonly IReadOnlyList<AuditCheck> All =
    [
        new("integrity", "", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
        // On a connection that only reads, integrity_check leaves CHECK out: SQLite does not even parse it.
        new("values", "", $"""
            SELECT format('client %d: the limit is %d', id, limite)
            FROM clientes WHERE limite NOT BETWEEN 0 AND {Limits.AmountCentsMax}
            UNION ALL
            SELECT format('transaction %d of client %d is of %d, kind %s, with a text of %d bytes',
                          seq, cliente_id, valor, tipo, length(CAST(descricao AS BLOB)))
            FROM transacoes
            WHERE valor NOT BETWEEN 1 AND {Limits.AmountCentsMax} OR tipo NOT IN ({s_letters})
              OR length(CAST(descricao AS BLOB)) NOT BETWEEN 1 AND {Description.BytesMax}
            UNION ALL
            SELECT format('key %d has %d characters and an answer of %d within %d', id, length(chave), saldo, limite)
            FROM chaves WHERE length(chave) NOT BETWEEN 1 AND {Limits.IdempotencyKeyLengthMax} OR saldo < -limite
            """),
        new("foreign-keys", "", """
            SELECT format('row %d of %s names a row of %s that is not there', rowid, "table", parent)
            FROM pragma_foreign_key_check
            """),
        new("balance", s_sumHistory, """
            SELECT format('client %d: the balance is %d, the history adds up to %d', id, saldo, ifnull(cents, 0))
            FROM clientes LEFT JOIN history USING (id) WHERE saldo IS NOT ifnull(cents, 0)
            """),
        new("limit", "", """
            SELECT format('client %d: the balance %d is below minus the limit %d', id, saldo, limite)
            FROM clientes WHERE saldo < -limite
            """),
        new("sequence", "", """
            SELECT format('client %d: seq does not count 1, 2, 3: %d of %d rows', id, out_of_order, rows)
            FROM history WHERE out_of_order > 0
            """),
        new("count", "", """
            SELECT format('client %d: ultima_seq is %d, the history has %d rows', id, ultima_seq, ifnull(rows, 0))
            FROM clientes LEFT JOIN history USING (id) WHERE ultima_seq <> ifnull(rows, 0)
            """),
        new("newest", "", $"""
            SELECT format('client %d: transaction %d is not where it should be in ultimas', cliente_id, seq)
            FROM transacoes CROSS JOIN clientes ON clientes.id = cliente_id
            WHERE seq > ultima_seq - {Statement.EntriesMax}
              AND hex(substr(ultimas, (ultima_seq - seq) * {NewestEntries.EntryBytes} + 1, {NewestEntries.EntryBytes}))
                <> {EntryInHex}
            UNION ALL
            SELECT format('client %d: ultimas has %d bytes for %d transactions', id, length(ultimas), ultima_seq)
            FROM clientes
            WHERE length(ultimas) <> {NewestEntries.EntryBytes} * min(ultima_seq, {Statement.EntriesMax})
            """),
        new("chain", "", """
            SELECT format('client %d: transaction %d names row %d as the one before', t.cliente_id, t.seq, t.anterior)
            FROM transacoes t LEFT JOIN transacoes p ON p.id = t.anterior
            WHERE (t.seq = 1) <> (t.anterior IS NULL)
              OR (t.anterior IS NOT NULL AND (p.cliente_id IS NOT t.cliente_id OR p.seq IS NOT t.seq - 1))
            UNION ALL
            SELECT format('client %d: ultima_id is %d, which is not its newest', c.id, c.ultima_id)
            FROM clientes c LEFT JOIN transacoes t ON t.id = c.ultima_id
            WHERE (c.ultima_seq = 0) <> (c.ultima_id IS NULL)
              OR (c.ultima_id IS NOT NULL AND (t.cliente_id IS NOT c.id OR t.seq IS NOT c.ultima_seq))
            """),
        new("marks", "", $"""
            SELECT format('client %d: the mark at %d leads elsewhere', m.cliente_id, m.seq)
            FROM marcos m LEFT JOIN transacoes t ON t.id = m.transacao_id
            WHERE t.cliente_id IS NOT m.cliente_id OR t.seq IS NOT m.seq
            UNION ALL
            SELECT format('client %d: %d marks for %d transactions', id, ifnull(marks, 0), ultima_seq)
            FROM clientes LEFT JOIN (SELECT cliente_id, count(*) AS marks FROM marcos GROUP BY cliente_id)
              ON cliente_id = id
            WHERE ifnull(marks, 0) <> ultima_seq / {Limits.HistoryMarkEvery}
            """),
        new("keys", MatchKeys, """
            SELECT format('client %d: %d keys of an accepted %s of %d, but %d such transactions',
                          cliente_id, keys, tipo, valor, rows)
            FROM kept WHERE keys > rows
            """),
        new("key-numbers", "", """
            SELECT format('%d keys have the numbers from %d to %d', count(*), min(id), max(id))
            FROM chaves HAVING count(*) <> ifnull(max(id) - min(id) + 1, 0)
            """,
            IsWarning: true), // A clock that steps back made gaps in earlier versions; no answer depends on them.
    ];

    private static string Each(Func<TransactionKind, string> sql, string separator) =>
        string.Join(separator, TransactionKinds.All.ToArray().Select(sql));
}
