using Npgsql;
using NpgsqlTypes;
using Rinha.Server.Ledger;
using Rinha.Server.Queue;

namespace Rinha.Server.Postgres;

// Writes that are committed together, in one transaction of two round trips, whatever their number: lock the accounts
// (and look the keys up), judge, write. Each round trip is one NpgsqlBatch, hence one Sync. Belongs to one thread and
// one connection: its commands know what is prepared there.
internal sealed class PostgresBatch : IDisposable
{
    // In the order of the ids, so that two batches never deadlock. The row locks make READ COMMITTED enough: a row that
    // another transaction had locked is returned as that one left it
    // (https://www.postgresql.org/docs/15/transaction-iso.html#XACT-READ-COMMITTED).
    private const string LockSql = """
        SELECT id, saldo, limite, ultima_seq FROM clientes WHERE id = ANY($1) ORDER BY id FOR UPDATE
        """;

    // A statement after the lock's: it sees each key that another host has committed under the same lock.
    private const string KnownKeysSql = """
        SELECT cliente_id, chave, tipo, valor, descricao, saldo, limite, seq
        FROM unnest($1, $2) AS pedida (cliente_id, chave) JOIN chaves USING (cliente_id, chave)
        """;

    // The columns' CHECK repeats the rule of the balance.
    private const string ChangeSql = """
        UPDATE clientes SET saldo = nova.saldo, ultima_seq = nova.ultima_seq
        FROM unnest($1, $2, $3) AS nova (id, saldo, ultima_seq) WHERE clientes.id = nova.id
        """;

    private const string InsertSql = """
        INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
        SELECT cliente_id, seq, valor, tipo, descricao, $6
        FROM unnest($1, $2, $3, $4, $5) AS nova (cliente_id, seq, valor, tipo, descricao)
        """;

    // A refusal has no seq, and its balance is not kept.
    private const string KeepKeysSql = """
        INSERT INTO chaves (cliente_id, seq, valor, tipo, descricao, criada_em, chave, limite, saldo)
        SELECT cliente_id, nullif(seq, 0), valor, tipo, descricao, $6, chave, nova.limite,
          CASE WHEN seq > 0 THEN nova.saldo END
        FROM unnest($1, $2, $3, $4, $5, $7, $8, $9)
          AS nova (cliente_id, seq, valor, tipo, descricao, chave, limite, saldo)
        """;

    // The same on Citus. A constant condition on the client's id, which names ids of one shard, sends each statement to
    // that shard alone. An INSERT goes there if it selects from a table that is distributed likewise.
    private const string OnShardSql = "AND clientes.id = ANY($1)";
    private const string JoinShardSql = $"JOIN clientes ON clientes.id = nova.cliente_id {OnShardSql}";

    // LATERAL and OFFSET: otherwise the worker may read all keys of the clients.
    private const string ShardsKnownKeysSql = """
        SELECT pedida.cliente_id, achada.* FROM unnest($1, $2) AS pedida (cliente_id, chave)
        CROSS JOIN LATERAL (
          SELECT chaves.chave, tipo, valor, descricao, saldo, limite, seq FROM chaves
          WHERE chaves.cliente_id = pedida.cliente_id AND chaves.chave = pedida.chave AND chaves.cliente_id = ANY($1)
          OFFSET 0) AS achada
        """;

    // Posts that wait for the row locks of its UPDATE, and later ones, find the ledger empty. An account added
    // meanwhile keeps what is posted to it.
    private static readonly string[] s_reset =
    [
        "UPDATE clientes SET saldo = 0, ultima_seq = 0",
        "DELETE FROM transacoes WHERE cliente_id IN (SELECT id FROM clientes WHERE ultima_seq = 0)",
        "DELETE FROM chaves WHERE cliente_id IN (SELECT id FROM clientes WHERE ultima_seq = 0)",
    ];

    private readonly NpgsqlBatch _first = new();
    private readonly NpgsqlBatch _second = new();
    private readonly NpgsqlBatchCommand _begin = new("BEGIN");
    private readonly NpgsqlBatchCommand[] _reset = Array.ConvertAll(s_reset, sql => new NpgsqlBatchCommand(sql));
    private readonly NpgsqlBatchCommand _lock;
    private readonly NpgsqlBatchCommand _knownKeys;
    private readonly NpgsqlBatchCommand _change;
    private readonly NpgsqlBatchCommand _insert;
    private readonly NpgsqlBatchCommand _keepKeys;
    private readonly NpgsqlBatchCommand _commit = new("COMMIT");
    private readonly PostgresPostings _postings = new();
    private readonly List<long> _accountIds = new(Limits.BatchWritesMax);
    private readonly List<long> _keyedIds = [];
    private readonly List<string> _keys = [];
    private readonly NpgsqlParameter<long> _postedAt = new();
    private readonly NpgsqlParameter<long> _keptAt = new();
    private readonly Predicate<PendingWrite> _mayJoin;
    private readonly bool _isDistributed;
    private bool _isReset;
    private bool _hasReplay;

    public PostgresBatch(bool isDistributed = false)
    {
        _isDistributed = isDistributed;
        var (changed, posts, keys) = (_postings.Changed, _postings.Transactions, _postings.Keys);
        _lock = Command(LockSql, Column(_accountIds));
        _knownKeys = Command(isDistributed ? ShardsKnownKeysSql : KnownKeysSql, Column(_keyedIds), Column(_keys));
        _change = Command(
            isDistributed ? $"{ChangeSql} {OnShardSql}" : ChangeSql,
            Column(changed.Ids),
            Column(changed.BalancesCents),
            Column(changed.Sequences));
        _insert = Command(Insert(InsertSql), [.. Columns(posts), _postedAt]);
        _keepKeys = Command(
            Insert(KeepKeysSql),
            [.. Columns(keys.Posts), _keptAt, Column(keys.Keys), Column(keys.LimitsCents), Column(keys.BalancesCents)]);
        _mayJoin = write => write is PendingPost { IdempotencyKey: null } post && _postings.IsLocked(post.AccountId);
    }

    // Transactions of the last run; a request whose key is known counts as neither.
    public int Posted { get; private set; }

    public int Refused { get; private set; }

    // Whether the last run sent a COMMIT that changes or confirms something, and the server has not said that it rolled
    // back. Citus commits on the worker first, so an ERROR of the COMMIT itself leaves the outcome open.
    public bool MayHaveCommitted { get; private set; }

    // Applies all writes of the batch, or none when it throws (PostgresFailure). What arrives in the queue while the
    // locks are awaited still joins, if it needs no other lock and no key. None has been answered yet, so any order
    // among them is right. TimeoutException: too long after beganAtMs, the first try's beginning.
    public void Run(NpgsqlConnection connection, Batch batch, WriteQueue queue, bool mayKeepKeys, long beganAtMs)
    {
        MayHaveCommitted = false;
        try
        {
            Lock(connection, batch.Writes, beganAtMs);
            _ = batch.TakeFrom(queue, joins: _mayJoin);
            Judge(batch.Writes, batch.Results, mayKeepKeys);
            Commit(connection, beganAtMs);
        }
        catch (Exception error) when (error is TimeoutException || PostgresFailure.IsRolledBack(error))
        {
            if (error is PostgresException postgres)
            {
                MayHaveCommitted &= _isDistributed && (postgres.BatchCommand ?? _commit) == _commit;
            }

            if (connection.State == System.Data.ConnectionState.Open) // Npgsql closes it after errors such as XX000.
            {
                using var rollBack = new NpgsqlCommand("ROLLBACK", connection);
                rollBack.CommandTimeout = Limits.PostgresPingTimeoutSeconds;
                _ = rollBack.ExecuteNonQuery();
            }

            throw;
        }
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private void Lock(NpgsqlConnection connection, ReadOnlySpan<PendingWrite> writes, long beganAtMs)
    {
        GatherNeeds(writes);
        var commands = Begin(_first, connection, beganAtMs);
        commands.Add(_begin);
        if (_isReset)
        {
            foreach (var command in _reset)
            {
                commands.Add(command);
            }
        }

        if (_accountIds.Count > 0)
        {
            commands.Add(_lock); // Without an id Citus would not find its shard.
        }

        if (_keys.Count > 0)
        {
            commands.Add(_knownKeys);
        }

        _postings.Clear();
        using var reader = _first.ExecuteReader(); // At the lock's rows: what is before it has none.
        while (reader.Read())
        {
            _postings.Add(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        }

        _ = reader.NextResult();
        while (_keys.Count > 0 && reader.Read())
        {
            _postings.Add(reader.GetInt64(0), reader.GetString(1), ReadAnswer(reader));
        }
    }

    // What the first round trip asks for: each account once, in order, and the keys.
    private void GatherNeeds(ReadOnlySpan<PendingWrite> writes)
    {
        _isReset = false;
        _accountIds.Clear();
        _keyedIds.Clear();
        _keys.Clear();
        foreach (var write in writes)
        {
            switch (write)
            {
                case PendingPost post:
                    GatherNeeds(post);
                    break;
                case PendingReset:
                    _isReset = true;
                    break;
                case var other:
                    throw new UnreachableException(other.ToString());
            }
        }
    }

    private void GatherNeeds(PendingPost post)
    {
        if (_accountIds.BinarySearch(post.AccountId) is < 0 and var place)
        {
            _accountIds.Insert(~place, post.AccountId);
        }

        if (post.IdempotencyKey is { } key)
        {
            _keyedIds.Add(post.AccountId);
            _keys.Add(key);
        }
    }

    private static FirstAnswer ReadAnswer(NpgsqlDataReader row)
    {
        // A damaged row answers no request: an empty description equals none.
        _ = TransactionKinds.TryParse((byte)row.GetChar(2), out var kind);
        _ = Description.TryCreate(row.GetFieldValue<byte[]>(4), out var description);
        return new FirstAnswer(kind, row.GetInt64(3), description, row.IsDBNull(5)
            ? kind.Refusal()
            : new WriteOutcome(
                PostResult.Accepted,
                BalanceCents: row.GetInt64(5),
                LimitCents: row.GetInt64(6),
                row.IsDBNull(7) ? 0 : row.GetInt64(7)));
    }

    private void Judge(ReadOnlySpan<PendingWrite> writes, Span<WriteOutcome> outcomes, bool mayKeepKeys)
    {
        Posted = Refused = 0;
        _hasReplay = false;
        for (var index = 0; index < writes.Length; index++)
        {
            if (writes[index] is not PendingPost post)
            {
                outcomes[index] = PostResult.Accepted; // A reset, which the first round trip has done.
                continue;
            }

            var outcome = _postings.Judge(post, mayKeepKeys);
            outcomes[index] = outcome;
            _hasReplay |= outcome.IsReplay;
            Posted += outcome.Result == PostResult.Accepted && !outcome.IsReplay ? 1 : 0;
            Refused += outcome.IsRefusal && !outcome.IsReplay ? 1 : 0;
        }

        _postings.GatherChanges();
    }

    private void Commit(NpgsqlConnection connection, long beganAtMs)
    {
        var commands = Begin(_second, connection, beganAtMs);
        _postedAt.TypedValue = _keptAt.TypedValue = Timestamp.Now.MicrosecondsSinceEpoch;
        if (_postings.Transactions.Count > 0)
        {
            commands.Add(_change);
            commands.Add(_insert);
        }

        if (_postings.Keys.Posts.Count > 0)
        {
            commands.Add(_keepKeys);
        }

        commands.Add(_commit);
        // A repeat changes nothing, but its locks make its COMMIT wait for a synchronous standby, which may lack the
        // transaction: the wait of its first request may have been cancelled.
        MayHaveCommitted = _isReset || _hasReplay || commands.Count > 1;
        _ = _second.ExecuteNonQuery(); // Reads to the end, where the server says that it has committed.
    }

    private static NpgsqlBatchCommandCollection Begin(NpgsqlBatch batch, NpgsqlConnection connection, long beganAtMs)
    {
        var seconds = Limits.PostgresCommandSeconds - (int)((Environment.TickCount64 - beganAtMs) / 1000);
        if (seconds <= 0)
        {
            throw new TimeoutException($"a batch took over {Limits.PostgresCommandSeconds} s");
        }

        batch.Connection = connection;
        batch.Timeout = seconds;
        batch.BatchCommands.Clear();
        return batch.BatchCommands;
    }

    private string Insert(string sql) => _isDistributed
        ? $"{sql.Replace("SELECT cliente_id", "SELECT clientes.id", StringComparison.Ordinal)} {JoinShardSql}"
        : sql;

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static NpgsqlParameter<List<T>> Column<T>(List<T> values) => new() { TypedValue = values };

    private static NpgsqlParameter[] Columns(PostColumns posts)
    {
        var kinds = Column(posts.Kinds);
        kinds.NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text;
        return
        [
            Column(posts.AccountIds), Column(posts.Sequences), Column(posts.AmountsCents), kinds,
            Column(posts.Descriptions),
        ];
    }
}
