using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

/// <summary>
/// One transaction to post, as one statement that judges, changes, keeps and answers: what it returns is as it was
/// under the account's row lock. Nothing in it is PostgreSQL's alone (schema.postgres.sql).
/// </summary>
internal sealed class PostCommand
{
    // The row lock makes READ COMMITTED enough: an UPDATE that had to wait judges the row anew as it is then
    // (https://www.postgresql.org/docs/15/transaction-iso.html#XACT-READ-COMMITTED).
    private const string Moved = """
          UPDATE clientes SET saldo = saldo + $2, ultima_seq = ultima_seq + 1
          WHERE id = $1
            AND CASE WHEN $2 < 0 THEN saldo + $2 >= -limite ELSE saldo <= 9223372036854775807 - $2 END
        """;

    private const string Written = """
          INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
          SELECT id, ultima_seq, abs($2), CASE WHEN $2 < 0 THEN 'd' ELSE 'c' END, $3, $4 FROM movida
        """;

    private const string Plain = $"""
        WITH movida AS (
        {Moved}
          RETURNING id, saldo, limite, ultima_seq
        ), gravada AS (
        {Written}
        )
        SELECT true, movida.saldo, movida.limite
        FROM clientes LEFT JOIN movida ON movida.id = clientes.id
        WHERE clientes.id = $1
        """;

    // The key is looked for as of the statement's beginning. One that another transaction commits meanwhile makes the
    // INSERT fail, and all of this is tried again.
    private const string Keyed = $"""
        WITH guardada AS (
          SELECT limite, saldo, cliente_id = $1 AND valor = abs($2) AND descricao = $3
            AND tipo = CASE WHEN $2 < 0 THEN 'd' ELSE 'c' END AS igual
          FROM chaves WHERE chave = $5
        ), movida AS (
        {Moved}
            AND $6 AND NOT EXISTS (SELECT 1 FROM guardada)
          RETURNING id, saldo, limite, ultima_seq
        ), gravada AS (
        {Written}
        ), nova AS (
          INSERT INTO chaves (chave, cliente_id, valor, tipo, descricao, limite, saldo, criada_em)
          SELECT $5, clientes.id, abs($2), CASE WHEN $2 < 0 THEN 'd' ELSE 'c' END, $3,
            coalesce(movida.limite, clientes.limite), movida.saldo, $4
          FROM clientes LEFT JOIN movida ON movida.id = clientes.id
          WHERE clientes.id = $1 AND $6 AND NOT EXISTS (SELECT 1 FROM guardada)
        )
        SELECT clientes.id IS NOT NULL, coalesce(movida.saldo, guardada.saldo),
          coalesce(movida.limite, guardada.limite), guardada.igual
        FROM (SELECT 1) AS pedido
        LEFT JOIN clientes ON clientes.id = $1
        LEFT JOIN movida ON movida.id = clientes.id
        LEFT JOIN guardada ON true
        """;

    private const int Same = 3; // Whether the kept answer is that of the same transaction; NULL when none is kept.

    private readonly NpgsqlParameter<long> _accountId = new();
    private readonly NpgsqlParameter<long> _changeCents = new();
    private readonly NpgsqlParameter<byte[]> _description = new();
    private readonly NpgsqlParameter<long> _postedAt = new();
    private readonly NpgsqlParameter<string>? _key;
    private readonly NpgsqlParameter<bool> _mayKeep = new();

    /// <summary>A command to be used for one transaction after the other.</summary>
    /// <param name="isKeyed">Whether they have an idempotency key.</param>
    public PostCommand(bool isKeyed)
    {
        Command = new NpgsqlBatchCommand(isKeyed ? Keyed : Plain);
        Command.Parameters.Add(_accountId);
        Command.Parameters.Add(_changeCents);
        Command.Parameters.Add(_description);
        Command.Parameters.Add(_postedAt);
        if (isKeyed)
        {
            _key = new NpgsqlParameter<string>();
            Command.Parameters.Add(_key);
            Command.Parameters.Add(_mayKeep);
        }
    }

    /// <summary>To be put into a batch.</summary>
    public NpgsqlBatchCommand Command { get; }

    /// <summary>Says which transaction it is.</summary>
    /// <param name="post">The transaction.</param>
    /// <param name="postedAt">When it is posted.</param>
    /// <param name="mayKeep">Whether a key may be kept that has not come before.</param>
    public void Bind(PendingPost post, Timestamp postedAt, bool mayKeep)
    {
        _accountId.TypedValue = post.AccountId;
        _changeCents.TypedValue = post.Kind == TransactionKind.Credit ? post.AmountCents : -post.AmountCents;
        _description.TypedValue = post.Description.AsUtf8().ToArray();
        _postedAt.TypedValue = postedAt.MicrosecondsSinceEpoch;
        _key?.TypedValue = post.IdempotencyKey;
        _mayKeep.TypedValue = mayKeep;
    }

    /// <summary>Reads what became of it: its balance and limit go to the <paramref name="post"/>.</summary>
    /// <param name="reader">At the command's result.</param>
    /// <param name="post">The transaction.</param>
    /// <param name="mayKeep">As it was bound.</param>
    /// <param name="isAgain">Whether it has come before, and this is the first answer again.</param>
    public static PostResult Read(NpgsqlDataReader reader, PendingPost post, bool mayKeep, out bool isAgain)
    {
        isAgain = false;
        if (!reader.Read())
        {
            return PostResult.UnknownAccount;
        }

        if (post.IdempotencyKey is not null)
        {
            isAgain = !reader.IsDBNull(Same);
            if (isAgain && !reader.GetBoolean(Same))
            {
                return PostResult.KeyReused;
            }

            if (!isAgain && !reader.GetBoolean(0))
            {
                return PostResult.UnknownAccount;
            }

            if (!isAgain && !mayKeep)
            {
                return PostResult.TooManyKeys;
            }
        }

        if (reader.IsDBNull(1))
        {
            return post.Kind == TransactionKind.Credit ? PostResult.BalanceOverflow : PostResult.LimitExceeded;
        }

        post.BalanceCents = reader.GetInt64(1);
        post.LimitCents = reader.GetInt64(2);
        return PostResult.Accepted;
    }
}
