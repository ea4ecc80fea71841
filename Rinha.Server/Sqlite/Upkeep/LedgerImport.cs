using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Upkeep;

// Fills a new ledger from the rows of an export and derives what only a file has: row numbers, chains, marks and the
// newest entries. The rows come in order of account and sequence, so it remembers one account at a time.
internal sealed class LedgerImport : IDisposable
{
    private readonly Database _database;
    private readonly Dictionary<LedgerTable, PreparedStatement> _inserts;
    private readonly PreparedStatement _mark;
    private readonly PreparedStatement _newest;
    private readonly PendingPost _post = new();
    private readonly byte[] _entries = new byte[NewestEntries.BytesMax];
    private int _entryBytes;
    private long _accountId;
    private long _lastId; // Of the newest row of the history.

    private LedgerImport(string path)
    {
        _database = Database.Open(path);
        _database.Execute($"""
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA cache_size = -{Limits.WriterCacheKib};
            BEGIN;
            """);
        LedgerFile.CreateSchema(_database, new Dictionary<long, long>());
        _inserts = LedgerTable.All.ToDictionary(table => table, table => _database.Prepare(InsertInto(table)));
        _mark = _database.Prepare("INSERT INTO marcos (cliente_id, seq, transacao_id) VALUES (?1, ?2, ?3)");
        _newest = _database.Prepare("UPDATE clientes SET ultima_id = ?2, ultimas = ?3 WHERE id = ?1");
    }

    // Puts the ledger in place, which must be free or have no transactions, unless the audit finds something; keeps the
    // previous one. No instance may run. RefusalException: one runs, or the ledger has transactions.
    public static AuditReport Run(string path, IEnumerable<LedgerRow> rows, out string? previousPath) =>
        LedgerRestore.Replace(
            path,
            (filled, model) =>
            {
                EnsureEmpty(path);
                LedgerCopy.Create(filled, model, _ =>
                {
                    using var import = new LedgerImport(filled);
                    import.Fill(rows);
                });
            },
            out previousPath);

    public void Dispose() => _database.Dispose();

    private static void EnsureEmpty(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            return;
        }

        using var database = LedgerFile.OpenExisting(path).OpenReader();
        if (database.QueryInt64("SELECT EXISTS (SELECT 1 FROM transacoes)") == 1)
        {
            throw new RefusalException($"{path} has transactions: an import needs an empty ledger");
        }
    }

    // A transaction's row also has its number and that of the account's previous one.
    private static string InsertInto(LedgerTable table)
    {
        var names = table == LedgerTable.Transactions ? $"{table.ColumnNames}, id, anterior" : table.ColumnNames;
        var values = Enumerable.Range(1, names.Count(letter => letter == ',') + 1).Select(number => $"?{number}");
        return $"INSERT INTO {table.Name} ({names}) VALUES ({string.Join(", ", values)})";
    }

    private void Fill(IEnumerable<LedgerRow> rows)
    {
        foreach (var row in rows)
        {
            var insert = _inserts[row.Table];
            for (var index = 0; index < row.Cells.Length; index++)
            {
                Bind(insert, index + 1, row.Cells[index]);
            }

            if (row.Table == LedgerTable.Transactions)
            {
                AddToHistory(insert, row.Cells);
            }

            Run(insert, row.Table.Name);
        }

        KeepNewest();
        _database.Execute("COMMIT");
    }

    private static void Bind(PreparedStatement insert, int index, LedgerCell cell)
    {
        if (cell.Text is { } text)
        {
            insert.Bind(index, text);
        }
        else if (cell.Number is { } number)
        {
            insert.Bind(index, number);
        }
        else
        {
            insert.BindNull(index);
        }
    }

    private void AddToHistory(PreparedStatement insert, LedgerCell[] cells)
    {
        var (accountId, sequence) = (cells[0].Number!.Value, cells[1].Number!.Value);
        var isFirst = accountId != _accountId;
        if (isFirst)
        {
            KeepNewest();
            (_accountId, _entryBytes) = (accountId, 0);
        }

        Bind(insert, cells.Length + 2, isFirst ? default : new LedgerCell(_lastId));
        insert.Bind(cells.Length + 1, ++_lastId);
        if (sequence % Limits.HistoryMarkEvery == 0)
        {
            _mark.Bind(1, accountId);
            _mark.Bind(2, sequence);
            _mark.Bind(3, _lastId);
            Run(_mark, "marcos");
        }

        AddEntry(cells);
    }

    // In front of the others, of which the eleventh falls off. An invalid kind fails the row's insert.
    private void AddEntry(LedgerCell[] cells)
    {
        _ = TransactionKinds.TryParse(cells[3].Text is [var letter] ? letter : (byte)0, out var kind);
        _ = Description.TryCreate(cells[4].Text, out var description);
        (_post.AmountCents, _post.Kind, _post.Description) = (cells[2].Number!.Value, kind, description);
        const int entry = NewestEntries.EntryBytes;
        _entries.AsSpan(..^entry).CopyTo(_entries.AsSpan(entry));
        NewestEntries.Write(_entries.AsSpan(..entry), _post, new Timestamp(cells[5].Number!.Value));
        _entryBytes = Math.Min(_entryBytes + entry, _entries.Length);
    }

    // Ends the account whose transactions came last, if there was one.
    private void KeepNewest()
    {
        if (_entryBytes > 0)
        {
            _newest.Bind(1, _accountId);
            _newest.Bind(2, _lastId);
            _newest.BindBlob(3, _entries.AsSpan(.._entryBytes));
            Run(_newest, "clientes");
        }
    }

    private void Run(PreparedStatement statement, string table)
    {
        if (statement.Run() != SqliteResult.Done)
        {
            throw _database.Error($"import {table}");
        }
    }
}
