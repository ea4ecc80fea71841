using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Writing;

internal enum KeyState
{
    New, // And there is room for it.
    Known,
    Full, // New, but Limits.IdempotencyKeysMax are being kept.
    Failed, // The database could not be read or written.
}

// The first answers to requests with an Idempotency-Key, of which each account has its own: the table chaves, used
// inside a write transaction, so that an answer and its transaction are committed together.
internal sealed class IdempotencyStore
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    private readonly Database _database;
    private readonly PreparedStatement _find;
    private readonly PreparedStatement _drop;
    private readonly PreparedStatement _count;
    private readonly PreparedStatement _keep;

    public IdempotencyStore(Database database)
    {
        _database = database;
        _find = database.Prepare("""
            SELECT limite, saldo, saldo IS NULL, valor = ?3 AND tipo = ?4 AND descricao = ?5, seq
            FROM chaves WHERE chave = ?1 AND cliente_id = ?2
            """);
        // Drops two per key added: the table shrinks to what it must keep, and no request pays for a day's keys.
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
            INSERT INTO chaves (chave, cliente_id, valor, tipo, descricao, limite, saldo, criada_em, seq)
            SELECT ?1, ?2, ?3, ?4, ?5, limite, iif(?6, saldo, NULL), ?7, iif(?6, ultima_seq, NULL)
            FROM clientes WHERE id = ?2
            """);
    }

    // Looks the post's key up. For a known one, first is the first answer, or PostResult.KeyReused if that was another
    // transaction's. For a new one, makes room by dropping keys that were kept for long enough.
    public KeyState Admit(PendingPost post, Timestamp now, out WriteOutcome first)
    {
        BindRequest(_find, post);
        var found = _find.Step();
        first = found == SqliteResult.Row ? FirstAnswer(post) : default;
        _find.Reset();
        return found switch
        {
            SqliteResult.Row => KeyState.Known,
            SqliteResult.Done => MakeRoom(now),
            _ => KeyState.Failed,
        };
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
        statement.Bind(4, [post.Kind.Letter()]);
        statement.Bind(5, post.Description.AsUtf8());
    }

    private WriteOutcome FirstAnswer(PendingPost post)
    {
        var (isRefusal, isSame) = (_find.Int64(2) == 1, _find.Int64(3) == 1);
        return !isSame ? PostResult.KeyReused
            : isRefusal ? new WriteOutcome(post.Kind.Refusal(), IsReplay: true)
            : new WriteOutcome(
                PostResult.Accepted, BalanceCents: _find.Int64(1), LimitCents: _find.Int64(0), _find.Int64(4), true);
    }

    private KeyState MakeRoom(Timestamp now)
    {
        _drop.Bind(1, now.MicrosecondsSinceEpoch - (Limits.IdempotencyKeptHours * MicrosecondsPerHour));
        if (_drop.Run() != SqliteResult.Done)
        {
            return KeyState.Failed;
        }

        var state = _count.Step() != SqliteResult.Row ? KeyState.Failed
            : _count.Int64(0) < Limits.IdempotencyKeysMax ? KeyState.New
            : KeyState.Full;
        _count.Reset();
        return state;
    }
}
