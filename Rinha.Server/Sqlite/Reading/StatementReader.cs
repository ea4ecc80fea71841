using System.Text.Unicode;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Reading;

// A reading connection with its prepared queries; used by one thread at a time.
internal sealed class StatementReader : IDisposable
{
    private readonly Database _database;
    private readonly PreparedStatement _readAccount;
    private readonly PreparedStatement _findAccount;
    private readonly HistoryReader _history;
    private bool _isDamaged;

    public StatementReader(LedgerFile file)
    {
        _database = file.OpenReader();
        try
        {
            // One row, hence one snapshot.
            _readAccount = _database.Prepare("SELECT saldo, limite, ultimas FROM clientes WHERE id = ?1");
            _findAccount = _database.Prepare("SELECT 1 FROM clientes WHERE id = ?1");
            _history = new HistoryReader(_database);
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    public SqliteException LastError => _isDamaged
        ? new SqliteException("read: a client's transactions are damaged", SqliteResult.Corrupt)
        : _database.Error("read");

    public LookupResult Read(long accountId, Statement statement)
    {
        _readAccount.Bind(1, accountId);
        var result = _readAccount.Step();
        _isDamaged = false;
        if (result == SqliteResult.Row)
        {
            statement.Begin(_readAccount.Int64(0), _readAccount.Int64(1), Timestamp.Now);
            _isDamaged = !NewestEntries.TryRead(_readAccount.Bytes(2), statement);
        }

        _readAccount.Reset();
        return ResultOf(result);
    }

    public LookupResult ReadHistory(long accountId, HistoryPage page)
    {
        // Accounts are never deleted, so this one is still there for the page.
        var account = Find(accountId);
        if (account != LookupResult.Found)
        {
            return account;
        }

        var result = _history.Read(accountId, page);
        _isDamaged = result == SqliteResult.Row;
        return result == SqliteResult.Done ? LookupResult.Found : Failure(result);
    }

    public LookupResult Find(long accountId)
    {
        _isDamaged = false;
        _findAccount.Bind(1, accountId);
        var result = _findAccount.Step();
        _findAccount.Reset();
        return ResultOf(result);
    }

    public void Dispose() => _database.Dispose();

    private static LookupResult Failure(int result) =>
        SqliteResult.IsLocked(result) ? LookupResult.Busy : LookupResult.StorageFailed;

    private LookupResult ResultOf(int result) => result switch
    {
        SqliteResult.Row when !_isDamaged => LookupResult.Found,
        SqliteResult.Done => LookupResult.UnknownAccount,
        _ => Failure(result),
    };
}

// Reads a client's history newest first: starts at the mark next above the page, or at the newest transaction, and
// follows each row's link to the previous one. One statement, hence one snapshot; it reads at most a page's rows
// and 63 more, however long the history is.
internal sealed class HistoryReader(Database database)
{
    private readonly PreparedStatement _page = database.Prepare($"""
        WITH RECURSIVE caminho (seq, valor, tipo, descricao, realizada_em, anterior) AS (
          SELECT seq, valor, tipo, descricao, realizada_em, anterior FROM transacoes WHERE id = coalesce(
            (SELECT transacao_id FROM marcos WHERE cliente_id = ?1 AND seq >= ?2 - 1 ORDER BY seq LIMIT 1),
            (SELECT ultima_id FROM clientes WHERE id = ?1))
          UNION ALL
          SELECT t.seq, t.valor, t.tipo, t.descricao, t.realizada_em, t.anterior
          FROM caminho JOIN transacoes AS t ON t.id = caminho.anterior
          LIMIT ?3 + {Limits.HistoryMarkEvery}
        )
        SELECT seq, valor, tipo, descricao, realizada_em FROM caminho WHERE seq < ?2 ORDER BY seq DESC LIMIT ?3
        """);

    // Fills the page of an account that exists. Returns SqliteResult.Done, an error code, or SqliteResult.Row
    // if a row is damaged.
    public int Read(long accountId, HistoryPage page)
    {
        _page.Bind(1, accountId);
        _page.Bind(2, page.BeforeSequence);
        _page.Bind(3, page.EntriesWanted);
        int result;
        while ((result = _page.Step()) == SqliteResult.Row && TryReadEntry(out var entry))
        {
            page.Add(entry);
        }

        _page.Reset();
        return result;
    }

    private bool TryReadEntry(out HistoryEntry entry)
    {
        entry = default;
        var amountCents = _page.Int64(1);
        if (amountCents is < 1 or > Limits.AmountCentsMax
            || _page.Bytes(2) is not [var letter]
            || !TransactionKinds.TryParse(letter, out var kind)
            || !Utf8.IsValid(_page.Bytes(3))
            || !Description.TryCreate(_page.Bytes(3), out var description)
            || !Timestamp.TryCreate(_page.Int64(4), out var postedAt))
        {
            return false;
        }

        entry = new HistoryEntry(_page.Int64(0), new StatementEntry(amountCents, kind, description, postedAt));
        return true;
    }
}
