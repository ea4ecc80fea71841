using Microsoft.Data.Sqlite;
using Rinha.Server;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Bench.Sqlite;

/// <summary>
/// The alternative to <see cref="Server.Sqlite.PreparedStatement"/>: Microsoft.Data.Sqlite at its best, with commands
/// and parameters made and prepared once, the same SQL and the same pragmas, on the same native library.
/// </summary>
internal sealed class CommandConnection : IDisposable
{
    private static readonly string s_putInFront =
        $"ultimas = substr(CAST($nova || ultimas AS BLOB), 1, {NewestEntries.BytesMax})";

    private readonly byte[] _entry = new byte[NewestEntries.EntryBytes];
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _credit;
    private readonly SqliteCommand _debit;
    private readonly SqliteCommand _account;
    private readonly SqliteCommand _lastId;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _statement;

    public CommandConnection(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        using var pragmas = _connection.CreateCommand();
        pragmas.CommandText = $"""
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = 0;
            PRAGMA cache_size = -{Limits.WriterCacheKib};
            PRAGMA journal_size_limit = {Limits.WalBytesKept};
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA synchronous = NORMAL;
            PRAGMA foreign_keys = ON;
            """;
        pragmas.ExecuteNonQuery();
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _credit = Prepare(
            $"""
            UPDATE clientes SET saldo = saldo + $valor, ultima_seq = ultima_seq + 1, ultima_id = $novo, {s_putInFront}
            WHERE id = $id AND saldo <= 9223372036854775807 - $valor
            """,
            "$id",
            "$valor",
            "$nova",
            "$novo");
        _debit = Prepare(
            $"""
            UPDATE clientes SET saldo = saldo - $valor, ultima_seq = ultima_seq + 1, ultima_id = $novo, {s_putInFront}
            WHERE id = $id AND saldo - $valor >= -limite
            """,
            "$id",
            "$valor",
            "$nova",
            "$novo");
        _account = Prepare("SELECT saldo, limite, ultima_seq, ultima_id FROM clientes WHERE id = $id", "$id");
        _lastId = Prepare("SELECT max(id) FROM transacoes");
        _insert = Prepare(
            """
            INSERT INTO transacoes (id, cliente_id, seq, valor, tipo, descricao, realizada_em, anterior)
            VALUES ($novo, $id, $seq, $valor, $tipo, $descricao, $realizada_em, $anterior)
            """,
            "$novo",
            "$id",
            "$seq",
            "$valor",
            "$tipo",
            "$descricao",
            "$realizada_em",
            "$anterior");
        _statement = Prepare("SELECT saldo, limite, ultimas FROM clientes WHERE id = $id", "$id");
    }

    /// <summary>Opens a transaction with the write lock.</summary>
    public void Begin() => _begin.ExecuteNonQuery();

    /// <summary>Commits it.</summary>
    public void Commit() => _commit.ExecuteNonQuery();

    /// <summary>Applies one post.</summary>
    public PostResult Apply(PendingPost post)
    {
        _account.Parameters[0].Value = post.AccountId;
        long balanceCents, sequence;
        object previousId;
        using (var row = _account.ExecuteReader())
        {
            _ = row.Read();
            balanceCents = row.GetInt64(0);
            post.LimitCents = row.GetInt64(1);
            sequence = row.GetInt64(2) + 1;
            previousId = row.GetValue(3);
        }

        var id = (_lastId.ExecuteScalar() as long? ?? 0) + 1;
        var isCredit = post.Kind == TransactionKind.Credit;
        var update = isCredit ? _credit : _debit;
        update.Parameters[0].Value = post.AccountId;
        update.Parameters[1].Value = post.AmountCents;
        var postedAt = Timestamp.Now;
        NewestEntries.Write(_entry, post, postedAt);
        update.Parameters[2].Value = _entry;
        update.Parameters[3].Value = id;
        if (update.ExecuteNonQuery() != 1)
        {
            return PostResult.LimitExceeded;
        }

        post.BalanceCents = balanceCents + (isCredit ? post.AmountCents : -post.AmountCents);
        var values = _insert.Parameters;
        values[0].Value = id;
        values[1].Value = post.AccountId;
        values[2].Value = sequence;
        values[3].Value = post.AmountCents;
        values[4].Value = isCredit ? "c" : "d";
        values[5].Value = Encoding.UTF8.GetString(post.Description.AsUtf8());
        values[6].Value = postedAt.MicrosecondsSinceEpoch;
        values[7].Value = previousId;
        return _insert.ExecuteNonQuery() == 1 ? PostResult.Accepted : PostResult.StorageFailed;
    }

    /// <summary>Reads a statement.</summary>
    public LookupResult Read(long accountId, Statement statement)
    {
        _statement.Parameters[0].Value = accountId;
        using var row = _statement.ExecuteReader();
        if (!row.Read())
        {
            return LookupResult.UnknownAccount;
        }

        statement.Begin(row.GetInt64(0), row.GetInt64(1), Timestamp.Now);
        return NewestEntries.TryRead(row.GetFieldValue<byte[]>(2), statement)
            ? LookupResult.Found
            : LookupResult.StorageFailed;
    }

    public void Dispose()
    {
        foreach (var command in new[] { _begin, _commit, _credit, _debit, _account, _lastId, _insert, _statement })
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            // The type follows the value.
            command.Parameters.Add(new SqliteParameter(name, 0L));
        }

        command.Prepare();
        return command;
    }
}
