using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// What makes a ledger in PostgreSQL sound, as queries for what must not be there; each describes a violation in a row
// of one column. They are the checks of a file (AuditChecks) as far as the tables have what those check.
internal static class PostgresAudit
{
    private const string History = """
        (SELECT cliente_id, count(*) AS vezes, min(seq) AS primeira, max(seq) AS ultima,
           sum(CASE tipo WHEN 'c' THEN valor ELSE -valor END) AS soma
         FROM transacoes GROUP BY cliente_id) AS historia ON historia.cliente_id = clientes.id
        """;

    private static readonly IReadOnlyList<(string Name, string Sql)> s_checks =
    [
        ("values", $"""
            SELECT format('client %s: the limit is %s', id, limite)
            FROM clientes WHERE limite NOT BETWEEN 0 AND {Limits.AmountCentsMax}
            UNION ALL
            SELECT format('transaction %s of client %s is of %s, kind %s, with a text of %s bytes',
                          seq, cliente_id, valor, tipo, octet_length(descricao))
            FROM transacoes
            WHERE valor NOT BETWEEN 1 AND {Limits.AmountCentsMax} OR tipo NOT IN ('c', 'd')
              OR octet_length(descricao) NOT BETWEEN 1 AND {Description.BytesMax}
            UNION ALL
            SELECT format('a key of client %s has %s characters and an answer of %s within %s',
                          cliente_id, octet_length(chave), saldo, limite)
            FROM chaves
            WHERE octet_length(chave) NOT BETWEEN 1 AND {Limits.IdempotencyKeyLengthMax} OR saldo < -limite
            """),
        ("foreign-keys", """
            SELECT format('a row of %s names client %s, which is not there', tabela, cliente_id)
            FROM (SELECT 'transacoes' AS tabela, cliente_id FROM transacoes GROUP BY cliente_id
                  UNION ALL SELECT 'chaves', cliente_id FROM chaves GROUP BY cliente_id) AS nomeados
            WHERE NOT EXISTS (SELECT 1 FROM clientes WHERE id = cliente_id)
            """),
        ("balance", $"""
            SELECT format('client %s: the balance is %s, the history adds up to %s', id, saldo, coalesce(soma, 0))
            FROM clientes LEFT JOIN {History} WHERE saldo <> coalesce(soma, 0)
            """),
        ("limit", """
            SELECT format('client %s: the balance %s is below minus the limit %s', id, saldo, limite)
            FROM clientes WHERE saldo < -limite
            """),
        // The primary key makes each seq unique.
        ("sequence", $"""
            SELECT format('client %s: seq does not count 1, 2, 3: %s rows from %s to %s', id, vezes, primeira, ultima)
            FROM clientes JOIN {History} WHERE primeira <> 1 OR ultima <> vezes
            """),
        ("count", $"""
            SELECT format('client %s: ultima_seq is %s, the history has %s rows', id, ultima_seq, coalesce(vezes, 0))
            FROM clientes LEFT JOIN {History} WHERE ultima_seq <> coalesce(vezes, 0)
            """),
        ("keys", """
            SELECT format('client %s: %s keys of an accepted %s of %s, but %s such transactions',
                          k.cliente_id, chaves, k.tipo, k.valor, count(t.seq))
            FROM (SELECT cliente_id, criada_em, valor, tipo, descricao, seq, count(*) AS chaves FROM chaves
                  WHERE saldo IS NOT NULL GROUP BY cliente_id, criada_em, valor, tipo, descricao, seq) AS k
            LEFT JOIN transacoes AS t ON t.cliente_id = k.cliente_id AND t.realizada_em = k.criada_em
              AND t.valor = k.valor AND t.tipo = k.tipo AND t.descricao = k.descricao
              AND t.seq = coalesce(k.seq, t.seq)
            GROUP BY k.cliente_id, k.criada_em, k.valor, k.tipo, k.descricao, k.seq, chaves HAVING chaves > count(t.seq)
            """),
    ];

    // Runs in the connection's transaction; if that is a snapshot, all checks see the same state.
    public static AuditReport Run(NpgsqlConnection connection)
    {
        var report = new AuditReport();
        Read(connection, "SELECT count(*), cast(coalesce(sum(saldo), 0) AS TEXT) FROM clientes", row =>
        {
            report.Accounts = row.GetInt64(0);
            report.BalanceCents = Int128.Parse(row.GetString(1), CultureInfo.InvariantCulture);
        });
        Read(connection, "SELECT count(*), min(realizada_em), max(realizada_em) FROM transacoes", row =>
        {
            report.Transactions = row.GetInt64(0);
            (report.Oldest, report.Newest) = (Time(row, 1), Time(row, 2));
        });
        Read(connection, "SELECT count(*) FROM chaves", row => report.Keys = row.GetInt64(0));
        foreach (var (name, sql) in s_checks)
        {
            Read(connection, sql, row => report.Add(name, row.GetString(0)));
        }

        return report;
    }

    // Null without transactions, or if a damaged row holds a number outside the range of times.
    private static DateTime? Time(NpgsqlDataReader row, int index) =>
        !row.IsDBNull(index) && Timestamp.TryCreate(row.GetInt64(index), out var time) ? time.ToUtc() : null;

    private static void Read(NpgsqlConnection connection, string sql, Action<NpgsqlDataReader> add)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            add(rows);
        }
    }
}
