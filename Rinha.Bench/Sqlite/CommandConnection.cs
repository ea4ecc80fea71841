using System.Text;
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
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _statement;

    public CommandConnection(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        using var pragmas = _connection.CreateCommand();
        pragmas.CommandText = $"""
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = {Limits.MmapBytes};
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
            UPDATE clientes SET saldo = saldo + $valor, ultima_seq = ultima_seq + 1, {s_putInFront}
            WHERE id = $id AND saldo <= 9223372036854775807 - $valor
            """,
            "$id",
            "$valor",
            "$nova");
        _debit = Prepare(
            $"""
            UPDATE clientes SET saldo = saldo - $valor, ultima_seq = ultima_seq + 1, {s_putInFront}
            WHERE id = $id AND saldo - $valor >= -limite
            """,
            "$id",
            "$valor",
            "$nova");
        _account = Prepare("SELECT saldo, limite, ultima_seq FROM clientes WHERE id = $id", "$id");
        _insert = Prepare(
            """
            INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
            VALUES ($id, $seq, $valor, $tipo, $descricao, $realizada_em)
            """,
            "$id",
            "$seq",
            "$valor",
            "$tipo",
            "$descricao",
            "$realizada_em");
        _statement = Prepare("SELECT saldo, limite, ultimas FROM clientes WHERE id = $id", "$id");
    }

    /// <summary>Opens a transaction with the write lock.</summary>
    public void Begin() => _begin.ExecuteNonQuery();

    /// <summary>Commits it.</summary>
    public void Commit() => _commit.ExecuteNonQuery();

    /// <summary>Applies one post.</summary>
    public PostResult Apply(PendingPost post)
    {
        var update = post.Kind == TransactionKind.Credit ? _credit : _debit;
        update.Parameters[0].Value = post.AccountId;
        update.Parameters[1].Value = post.AmountCents;
        var postedAt = Timestamp.Now;
        NewestEntries.Write(_entry, post, postedAt);
        update.Parameters[2].Value = _entry;
        if (update.ExecuteNonQuery() != 1)
        {
            return PostResult.LimitExceeded;
        }

        _account.Parameters[0].Value = post.AccountId;
        long sequence;
        using (var row = _account.ExecuteReader())
        {
            _ = row.Read();
            post.BalanceCents = row.GetInt64(0);
            post.LimitCents = row.GetInt64(1);
            sequence = row.GetInt64(2);
        }

        var values = _insert.Parameters;
        values[0].Value = post.AccountId;
        values[1].Value = sequence;
        values[2].Value = post.AmountCents;
        values[3].Value = post.Kind == TransactionKind.Credit ? "c" : "d";
        values[4].Value = Encoding.UTF8.GetString(post.Description.AsUtf8());
        values[5].Value = postedAt.MicrosecondsSinceEpoch;
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
        foreach (var command in new[] { _begin, _commit, _credit, _debit, _account, _insert, _statement })
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
