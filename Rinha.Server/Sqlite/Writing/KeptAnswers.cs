using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Writing;

// The answers kept for requests that are sent again: the table chaves, used inside a write transaction, so that an
// answer is there exactly when what it speaks of is.
internal sealed class KeptAnswers
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    private readonly Database _database;
    private readonly PreparedStatement _find;
    private readonly PreparedStatement _drop;
    private readonly PreparedStatement _count;
    private readonly PreparedStatement _keep;

    public KeptAnswers(Database database)
    {
        _database = database;
        _find = database.Prepare("""
            SELECT limite, saldo, saldo IS NULL, cliente_id = ?2 AND valor = ?3 AND tipo = ?4 AND descricao = ?5
            FROM chaves WHERE chave = ?1
            """);
        // Two for each that is added: the table shrinks to what it must keep, and no request pays for a day's keys.
        // Strictly in order: after a clock has stepped back, an expired key waits until those before it have expired.
        _drop = database.Prepare("""
            DELETE FROM chaves
            WHERE id <= (SELECT iif(criada_em < ?1, id + 1, NULL) FROM chaves ORDER BY id LIMIT 1) AND criada_em < ?1
            """);
        // The numbers have no gaps, since only the oldest are dropped. With gaps (left by versions that did not drop
        // in order, or made by hand) this counts too many, never too few.
        _count = database.Prepare("""
            SELECT coalesce((SELECT max(id) FROM chaves) - (SELECT min(id) FROM chaves) + 1, 0)
            """);
        _keep = database.Prepare("""
            INSERT INTO chaves (chave, cliente_id, valor, tipo, descricao, limite, saldo, criada_em)
            SELECT ?1, ?2, ?3, ?4, ?5, limite, iif(?6, saldo, NULL), ?7 FROM clientes WHERE id = ?2
            """);
    }

    // Looks whether the key has come before; then the result is that of the first time, or PostResult.KeyReused if that
    // was another transaction.
    public bool TryFind(PendingPost post, out PostResult result)
    {
        BindRequest(_find, post);
        var step = _find.Step();
        result = step == SqliteResult.Row ? Answer(post) : PostResult.StorageFailed;
        _find.Reset();
        return step != SqliteResult.Done;
    }

    // Drops keys that have been kept for long enough, and looks whether there is room for one more.
    public PostResult MakeRoom(Timestamp now)
    {
        _drop.Bind(1, now.MicrosecondsSinceEpoch - (Limits.IdempotencyKeptHours * MicrosecondsPerHour));
        if (_drop.Run() != SqliteResult.Done)
        {
            return PostResult.StorageFailed;
        }

        var result = _count.Step() != SqliteResult.Row ? PostResult.StorageFailed
            : _count.Int64(0) < Limits.IdempotencyKeysMax ? PostResult.Accepted
            : PostResult.TooManyKeys;
        _count.Reset();
        return result;
    }

    // Keeps the answer to a transaction that has just been judged, with the balance as it is now.
    public bool TryKeep(PendingPost post, PostResult result, Timestamp now)
    {
        BindRequest(_keep, post);
        _keep.Bind(6, result == PostResult.Accepted ? 1 : 0);
        _keep.Bind(7, now.MicrosecondsSinceEpoch);
        return _keep.Run() == SqliteResult.Done && _database.Changes == 1;
    }

    private static void BindRequest(PreparedStatement statement, PendingPost post)
    {
        Span<byte> key = stackalloc byte[Limits.IdempotencyKeyLengthMax];
        statement.Bind(1, key[..Encoding.ASCII.GetBytes(post.IdempotencyKey, key)]);
        statement.Bind(2, post.AccountId);
        statement.Bind(3, post.AmountCents);
        statement.Bind(4, post.Kind == TransactionKind.Credit ? "c"u8 : "d"u8);
        statement.Bind(5, post.Description.AsUtf8());
    }

    private PostResult Answer(PendingPost post)
    {
        if (_find.Int64(3) == 0)
        {
            return PostResult.KeyReused;
        }

        post.LimitCents = _find.Int64(0);
        post.BalanceCents = _find.Int64(1);
        var isRefusal = _find.Int64(2) == 1;
        return !isRefusal ? PostResult.Accepted
            : post.Kind == TransactionKind.Debit ? PostResult.LimitExceeded
            : PostResult.BalanceOverflow;
    }
}
