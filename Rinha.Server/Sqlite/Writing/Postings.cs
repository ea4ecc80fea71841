using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Writing;

// The money's SQL, used inside a write transaction. The rules stand in the statements themselves, which run under the
// write lock: what they see is what they change.
internal sealed class Postings
{
    // The part of an update that is the same for every kind. ?1 is the account, ?2 the amount, ?3 the entry to put in
    // front of the newest, ?4 the id of its row. Concatenated blobs become a text of the same bytes: hence the CAST.
    private static readonly string s_addEntry = $"""
        ultima_seq = ultima_seq + 1, ultima_id = ?4,
        ultimas = substr(CAST(?3 || ultimas AS BLOB), 1, {NewestEntries.BytesMax})
        """;

    private readonly Database _database;
    private readonly PreparedStatement _account;
    private readonly PreparedStatement _credit;
    private readonly PreparedStatement _debit;
    private readonly PreparedStatement _newestId;
    private readonly PreparedStatement _insert;
    private readonly PreparedStatement _mark;
    private long _lastId = -1; // Of the newest row of the history; negative until this transaction has asked for it.

    public Postings(Database database)
    {
        _database = database;
        _account = database.Prepare("SELECT saldo, limite, ultima_seq, ultima_id FROM clientes WHERE id = ?1");
        // The bound keeps the sum inside 64 bits; SQLite would go on in floating point.
        _credit = database.Prepare($"""
            UPDATE clientes SET saldo = saldo + ?2, {s_addEntry}
            WHERE id = ?1 AND saldo <= 9223372036854775807 - ?2
            """);
        _debit = database.Prepare($"""
            UPDATE clientes SET saldo = saldo - ?2, {s_addEntry}
            WHERE id = ?1 AND saldo - ?2 >= -limite
            """);
        _newestId = database.Prepare("SELECT max(id) FROM transacoes");
        _insert = database.Prepare("""
            INSERT INTO transacoes (id, cliente_id, seq, valor, tipo, descricao, realizada_em, anterior)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """);
        _mark = database.Prepare("INSERT INTO marcos (cliente_id, seq, transacao_id) VALUES (?1, ?2, ?3)");
    }

    // Another transaction begins.
    public void ForgetLastId() => _lastId = -1;

    // Posts a transaction; a refused one leaves no trace. After PostResult.StorageFailed roll everything back.
    public WriteOutcome Post(PendingPost post, Timestamp postedAt)
    {
        // Under the write lock this sees what the update is going to change. RETURNING would say the same afterwards,
        // but SQLite makes a temporary table for its rows, 4 us a post.
        _account.Bind(1, post.AccountId);
        if (_account.Step() is var found && found != SqliteResult.Row)
        {
            _account.Reset();
            return found == SqliteResult.Done ? PostResult.UnknownAccount : PostResult.StorageFailed;
        }

        var (balanceCents, limitCents) = (_account.Int64(0), _account.Int64(1));
        var (sequence, previousId) = (_account.Int64(2) + 1, _account.Int64(3));
        _account.Reset();
        if (!TryFindLastId())
        {
            return PostResult.StorageFailed;
        }

        var id = _lastId + 1;
        var update = post.Kind switch
        {
            TransactionKind.Credit => _credit,
            TransactionKind.Debit => _debit,
        };
        update.Bind(1, post.AccountId);
        update.Bind(2, post.AmountCents);
        Span<byte> entry = stackalloc byte[NewestEntries.EntryBytes];
        NewestEntries.Write(entry, post, postedAt);
        update.BindBlob(3, entry);
        update.Bind(4, id);
        if (update.Run() != SqliteResult.Done)
        {
            return PostResult.StorageFailed;
        }

        if (_database.Changes == 0)
        {
            return post.Kind.Refusal();
        }

        return TryInsert(post, postedAt, id, sequence, previousId)
            ? new WriteOutcome(
                PostResult.Accepted,
                balanceCents + post.Kind.ChangeCents(post.AmountCents),
                limitCents,
                post.IdempotencyKey is null ? 0 : sequence)
            : PostResult.StorageFailed;
    }

    // Without foreign keys to check, DELETE visits no rows: it reads a table's pages and moves them to the free list,
    // which writes one page in a thousand (https://www.sqlite.org/lang_delete.html#the_truncate_optimization). No
    // reference can dangle: the tables that refer to an account are emptied, and the accounts stay. The file keeps its
    // size: the next posts reuse the free pages, and shrinking it would write all the rest inside the gate.
    public bool TryReset()
    {
        _database.EnforceForeignKeys(false);
        var isEmptied = _database.TryExecute("""
            DELETE FROM chaves;
            DELETE FROM marcos;
            DELETE FROM transacoes;
            UPDATE clientes SET saldo = 0, ultima_seq = 0, ultima_id = NULL, ultimas = x'';
            """);
        _database.EnforceForeignKeys(true);
        ForgetLastId();
        return isEmptied;
    }

    private bool TryInsert(PendingPost post, Timestamp postedAt, long id, long sequence, long previousId)
    {
        _insert.Bind(1, id);
        _insert.Bind(2, post.AccountId);
        _insert.Bind(3, sequence);
        _insert.Bind(4, post.AmountCents);
        _insert.Bind(5, [post.Kind.Letter()]);
        _insert.Bind(6, post.Description.AsUtf8());
        _insert.Bind(7, postedAt.MicrosecondsSinceEpoch);
        if (previousId == 0)
        {
            _insert.BindNull(8); // The client's first: NULL reads as 0, which no row has.
        }
        else
        {
            _insert.Bind(8, previousId);
        }

        if (_insert.Run() != SqliteResult.Done)
        {
            return false;
        }

        _lastId = id;
        return sequence % Limits.HistoryMarkEvery != 0 || TryMark(post.AccountId, sequence, id);
    }

    private bool TryMark(long accountId, long sequence, long id)
    {
        _mark.Bind(1, accountId);
        _mark.Bind(2, sequence);
        _mark.Bind(3, id);
        return _mark.Run() == SqliteResult.Done;
    }

    // Once per SQL transaction: others have written since the last one.
    private bool TryFindLastId()
    {
        if (_lastId >= 0)
        {
            return true;
        }

        if (_newestId.Step() == SqliteResult.Row)
        {
            _lastId = _newestId.Int64(0);
        }

        _newestId.Reset();
        return _lastId >= 0;
    }
}
