using System.Text.Unicode;
using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

/// <summary>
/// Reads, each one statement and hence one snapshot, on connections of their own: they wait for no writer. What could
/// not be read is read once more, unless that took its whole time: to read changes nothing, and an idle connection may
/// have lost its server long ago.
/// </summary>
internal sealed class PostgresReader(NpgsqlDataSource source, StorageAlarm alarm)
{
    private const string StatementSql = """
        SELECT clientes.saldo, clientes.limite,
          ultimas.seq, ultimas.valor, ultimas.tipo = 'c', ultimas.descricao, ultimas.realizada_em
        FROM clientes LEFT JOIN LATERAL (
          SELECT seq, valor, tipo, descricao, realizada_em FROM transacoes
          WHERE cliente_id = clientes.id ORDER BY seq DESC LIMIT 10
        ) AS ultimas ON true
        WHERE clientes.id = $1
        ORDER BY ultimas.seq DESC
        """;

    private const string HistorySql = """
        SELECT clientes.saldo, clientes.limite,
          ultimas.seq, ultimas.valor, ultimas.tipo = 'c', ultimas.descricao, ultimas.realizada_em
        FROM clientes LEFT JOIN LATERAL (
          SELECT seq, valor, tipo, descricao, realizada_em FROM transacoes
          WHERE cliente_id = clientes.id AND seq < $2 ORDER BY seq DESC LIMIT $3
        ) AS ultimas ON true
        WHERE clientes.id = $1
        ORDER BY ultimas.seq DESC
        """;

    private const string AccountSql = "SELECT 1 FROM clientes WHERE id = $1";

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) => ReadAsync(
        StatementSql,
        [accountId],
        row => statement.Begin(row.GetInt64(0), row.GetInt64(1), Timestamp.Now),
        row => statement.Add(Entry(row)));

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) => ReadAsync(
        HistorySql,
        [accountId, page.BeforeSequence, page.EntriesWanted],
        _ => page.Begin(page.BeforeSequence, page.EntriesWanted),
        row => page.Add(new HistoryEntry(row.GetInt64(2), Entry(row))));

    public ValueTask<LookupResult> FindAccountAsync(long accountId) => ReadAsync(AccountSql, [accountId], null, null);

    private static StatementEntry Entry(NpgsqlDataReader row)
    {
        // The schema lets other programs write more than a description and a time can be.
        var bytes = row.GetFieldValue<byte[]>(5);
        return Utf8.IsValid(bytes)
            && Description.TryCreate(bytes, out var description)
            && Timestamp.TryCreate(row.GetInt64(6), out var postedAt)
            ? new StatementEntry(
                row.GetInt64(3),
                row.GetBoolean(4) ? TransactionKind.Credit : TransactionKind.Debit,
                description,
                postedAt)
            : throw new InvalidDataException("read: a client's transactions are damaged");
    }

    private async ValueTask<LookupResult> ReadAsync(
        string sql, long[] parameters, Action<NpgsqlDataReader>? begin, Action<NpgsqlDataReader>? add)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadOnceAsync(sql, parameters, begin, add);
            }
            catch (Exception error) when (PostgresFailure.IsOfStorage(error))
            {
                // Under SERIALIZABLE a read too may collide, again and again.
                var isCollision = PostgresFailure.MayBeTriedAgain(error);
                if (attempt >= (isCollision ? Limits.PostgresReadTriesMax : 2) || PostgresFailure.IsTimeout(error))
                {
                    alarm.Raise(error);
                    return LookupResult.StorageFailed;
                }

                if (!isCollision)
                {
                    source.Clear(); // The others have most likely lost their server, too.
                }
            }
            catch (InvalidDataException error)
            {
                alarm.Raise(error);
                return LookupResult.StorageFailed;
            }
        }
    }

    private async ValueTask<LookupResult> ReadOnceAsync(
        string sql, long[] parameters, Action<NpgsqlDataReader>? begin, Action<NpgsqlDataReader>? add)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = parameter });
        }

        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync())
        {
            return LookupResult.UnknownAccount;
        }

        begin?.Invoke(row);
        while (add is not null && !await row.IsDBNullAsync(2))
        {
            add(row);
            if (!await row.ReadAsync())
            {
                break;
            }
        }

        return LookupResult.Found;
    }
}
