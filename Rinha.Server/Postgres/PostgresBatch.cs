using Npgsql;
using NpgsqlTypes;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// Writes that go to the server together, in one round trip and one transaction: without BEGIN and COMMIT, all that is
// sent before a Sync is one transaction
// (https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY). Belongs to one thread.
internal sealed class PostgresBatch : IDisposable
{
    // A reset. Posts that wait for the row locks of its UPDATE, and later ones, find the ledger empty. An account added
    // meanwhile keeps what is posted to it.
    private static readonly string[] s_reset =
    [
        "UPDATE clientes SET saldo = 0, ultima_seq = 0",
        "DELETE FROM transacoes WHERE cliente_id IN (SELECT id FROM clientes WHERE ultima_seq = 0)",
        "DELETE FROM chaves",
    ];

    private readonly NpgsqlBatch _batch = new();
    private readonly List<PostCommand> _plain = [];
    private readonly List<PostCommand> _keyed = [];
    private readonly long[] _accounts = new long[Limits.BatchWritesMax];
    private readonly int[] _order = new int[Limits.BatchWritesMax];
    private bool _mayKeepKeys;

    // Transactions of the last run; a request whose key is known counts as neither.
    public int Posted { get; private set; }

    public int Refused { get; private set; }

    public bool HasReplay { get; private set; }

    // Applies all writes, or none when it throws (PostgresFailure). None has been answered yet, so any order among them
    // is right.
    public void Run(
        NpgsqlConnection connection,
        ReadOnlySpan<PendingWrite> writes,
        Span<WriteOutcome> outcomes,
        bool mayKeepKeys)
    {
        _mayKeepKeys = mayKeepKeys;
        Fill(writes);
        _batch.Connection = connection;
        try
        {
            using var reader = _batch.ExecuteReader();
            ReadOutcomes(reader, writes, outcomes);
        }
        finally
        {
            _batch.Connection = null;
        }
    }

    public void Dispose() => _batch.Dispose();

    // Orders the writes by account, so that two batches that change the same rows never deadlock.
    private void Fill(ReadOnlySpan<PendingWrite> writes)
    {
        _batch.BatchCommands.Clear();
        for (var index = 0; index < writes.Length; index++)
        {
            _order[index] = index;
            _accounts[index] = writes[index] is PendingPost post ? post.AccountId : long.MinValue; // Resets first.
        }

        Array.Sort(_accounts, _order, 0, writes.Length);
        var (plain, keyed) = (0, 0);
        var now = Timestamp.Now;
        foreach (var index in _order.AsSpan(0, writes.Length))
        {
            switch (writes[index])
            {
                case PendingPost { IdempotencyKey: null } post:
                    Add(_plain, plain++, isKeyed: false, post, now);
                    break;
                case PendingPost post:
                    Add(_keyed, keyed++, isKeyed: true, post, now);
                    break;
                case PendingReset:
                    AddReset();
                    break;
                case var other:
                    throw new UnreachableException(other.ToString());
            }
        }
    }

    private void Add(List<PostCommand> commands, int number, bool isKeyed, PendingPost post, Timestamp now)
    {
        if (number == commands.Count)
        {
            commands.Add(new PostCommand(isKeyed));
        }

        commands[number].Bind(post, now, _mayKeepKeys);
        _batch.BatchCommands.Add(commands[number].Command);
    }

    private void AddReset()
    {
        foreach (var statement in s_reset)
        {
            _batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        }
    }

    private void ReadOutcomes(NpgsqlDataReader reader, ReadOnlySpan<PendingWrite> writes, Span<WriteOutcome> outcomes)
    {
        Posted = Refused = 0;
        HasReplay = false;
        foreach (var index in _order.AsSpan(0, writes.Length))
        {
            if (writes[index] is not PendingPost post)
            {
                outcomes[index] = PostResult.Accepted; // A reset has no rows: the reader begins at the first post.
                continue;
            }

            var outcome = PostCommand.Read(reader, post, _mayKeepKeys);
            outcomes[index] = outcome;
            HasReplay |= outcome.IsReplay;
            Posted += outcome.Result == PostResult.Accepted && !outcome.IsReplay ? 1 : 0;
            Refused += outcome.IsRefusal && !outcome.IsReplay ? 1 : 0;

            _ = reader.NextResult();
        }

        // Read to the end, where the server says that it has committed.
        while (reader.NextResult())
        {
        }
    }
}

// One transaction to post, as one statement that checks it, changes the rows and returns the answer, as it was under
// the account's row lock. It uses nothing that only PostgreSQL has (schema.postgres.sql).
internal sealed class PostCommand
{
    // $1 is the account, $2 the kind, $3 the amount. The row lock makes READ COMMITTED enough: an UPDATE that had to
    // wait judges the row as it is after the wait
    // (https://www.postgresql.org/docs/15/transaction-iso.html#XACT-READ-COMMITTED).
    private const string Moved = """
          UPDATE clientes SET
            saldo = CASE $2 WHEN 'c' THEN saldo + $3 WHEN 'd' THEN saldo - $3 END, ultima_seq = ultima_seq + 1
          WHERE id = $1
            AND CASE $2 WHEN 'c' THEN saldo <= 9223372036854775807 - $3 WHEN 'd' THEN saldo - $3 >= -limite END
        """;

    private const string Written = """
          INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
          SELECT id, ultima_seq, $3, $2, $4, $5 FROM movida
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

    // The key is looked up as of the statement's beginning. If another transaction commits it meanwhile, the INSERT
    // fails, and the batch is retried.
    private const string Keyed = $"""
        WITH conhecida AS (
          SELECT limite, saldo, seq, cliente_id = $1 AND tipo = $2 AND valor = $3 AND descricao = $4 AS igual
          FROM chaves WHERE chave = $6
        ), movida AS (
        {Moved}
            AND $7 AND NOT EXISTS (SELECT 1 FROM conhecida)
          RETURNING id, saldo, limite, ultima_seq
        ), gravada AS (
        {Written}
        ), nova AS (
          INSERT INTO chaves (chave, cliente_id, valor, tipo, descricao, limite, saldo, criada_em, seq)
          SELECT $6, clientes.id, $3, $2, $4, coalesce(movida.limite, clientes.limite), movida.saldo, $5,
            movida.ultima_seq
          FROM clientes LEFT JOIN movida ON movida.id = clientes.id
          WHERE clientes.id = $1 AND $7 AND NOT EXISTS (SELECT 1 FROM conhecida)
        )
        SELECT clientes.id IS NOT NULL, coalesce(movida.saldo, conhecida.saldo),
          coalesce(movida.limite, conhecida.limite), conhecida.igual, coalesce(movida.ultima_seq, conhecida.seq, 0)
        FROM (SELECT 1) AS pedido
        LEFT JOIN clientes ON clientes.id = $1
        LEFT JOIN movida ON movida.id = clientes.id
        LEFT JOIN conhecida ON true
        """;

    private const int Same = 3; // The column igual: whether the key is of the same transaction; NULL for a new key.

    private readonly NpgsqlParameter<long> _accountId = new();
    private readonly NpgsqlParameter<char> _kind = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<long> _amountCents = new();
    private readonly NpgsqlParameter<byte[]> _description = new();
    private readonly NpgsqlParameter<long> _postedAt = new();
    private readonly NpgsqlParameter<string>? _key;
    private readonly NpgsqlParameter<bool> _mayKeep = new();

    // A command to be reused for transactions that all have an idempotency key, or all have none.
    public PostCommand(bool isKeyed)
    {
        Command = new NpgsqlBatchCommand(isKeyed ? Keyed : Plain);
        Command.Parameters.Add(_accountId);
        Command.Parameters.Add(_kind);
        Command.Parameters.Add(_amountCents);
        Command.Parameters.Add(_description);
        Command.Parameters.Add(_postedAt);
        if (isKeyed)
        {
            _key = new NpgsqlParameter<string>();
            Command.Parameters.Add(_key);
            Command.Parameters.Add(_mayKeep);
        }
    }

    public NpgsqlBatchCommand Command { get; }

    // Sets the transaction, and whether a new key may be kept.
    public void Bind(PendingPost post, Timestamp postedAt, bool mayKeep)
    {
        _accountId.TypedValue = post.AccountId;
        _kind.TypedValue = (char)post.Kind.Letter();
        _amountCents.TypedValue = post.AmountCents;
        _description.TypedValue = post.Description.AsUtf8().ToArray();
        _postedAt.TypedValue = postedAt.MicrosecondsSinceEpoch;
        _key?.TypedValue = post.IdempotencyKey;
        _mayKeep.TypedValue = mayKeep;
    }

    // Reads the outcome from the command's result. With a known key it is the first answer.
    public static WriteOutcome Read(NpgsqlDataReader reader, PendingPost post, bool mayKeep)
    {
        if (!reader.Read())
        {
            return PostResult.UnknownAccount;
        }

        var (isKnown, sequence) = (false, 0L);
        if (post.IdempotencyKey is not null)
        {
            isKnown = !reader.IsDBNull(Same);
            if (isKnown && !reader.GetBoolean(Same))
            {
                return PostResult.KeyReused;
            }

            if (!isKnown && !reader.GetBoolean(0))
            {
                return PostResult.UnknownAccount;
            }

            if (!isKnown && !mayKeep)
            {
                return PostResult.TooManyKeys;
            }

            sequence = reader.GetInt64(4);
        }

        return reader.IsDBNull(1)
            ? new WriteOutcome(post.Kind.Refusal(), IsReplay: isKnown)
            : new WriteOutcome(
                PostResult.Accepted,
                BalanceCents: reader.GetInt64(1),
                LimitCents: reader.GetInt64(2),
                sequence,
                isKnown);
    }
}
