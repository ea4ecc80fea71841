using System.Text.Unicode;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

// Reads on connections that no write uses. Each query is one statement and hence one snapshot. Statements that arrive
// while the connections for them are busy go together: one round trip, and one query for each account, however many
// wait for it. Any thread may call the members.
internal sealed class PostgresReader(PostgresHosts hosts, ThrottledErrorLog errors)
{
    private const string EntriesHead = """
        SELECT clientes.saldo, clientes.limite,
          ultimas.seq, ultimas.valor, ultimas.tipo, ultimas.descricao, ultimas.realizada_em
        FROM clientes LEFT JOIN LATERAL (
          SELECT seq, valor, tipo, descricao, realizada_em FROM transacoes
          WHERE cliente_id = $1
        """;

    private const string EntriesTail = """
        ) AS ultimas ON true
        WHERE clientes.id = $1
        ORDER BY ultimas.seq DESC
        """;

    private const string HistorySql = $"{EntriesHead} AND seq < $2 ORDER BY seq DESC LIMIT $3 {EntriesTail}";
    private const string AccountSql = "SELECT 1 FROM clientes WHERE id = $1";

    private static readonly string s_statementSql =
        $"{EntriesHead} ORDER BY seq DESC LIMIT {Statement.EntriesMax} {EntriesTail}";

    private readonly Lock _lock = new();
    private readonly Queue<StatementRead> _waiting = [];
    private int _batches; // On their way.

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement)
    {
        var read = new StatementRead(accountId, statement);
        lock (_lock)
        {
            _waiting.Enqueue(read);
            if (_batches == Limits.PostgresStatementBatchesMax)
            {
                return new ValueTask<LookupResult>(read.Task);
            }

            _batches++;
        }

        _ = ReadWaitingAsync();
        return new ValueTask<LookupResult>(read.Task);
    }

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) => RetryAsync(source => ReadAsync(
        source,
        HistorySql,
        [accountId, page.BeforeSequence, page.EntriesWanted],
        _ => page.Begin(page.BeforeSequence, page.EntriesWanted),
        row => page.Add(new HistoryEntry(row.GetInt64(2), Entry(row)))));

    public ValueTask<LookupResult> FindAccountAsync(long accountId) =>
        RetryAsync(source => ReadAsync(source, AccountSql, [accountId], begin: null, add: null));

    // Reads batch after batch until no statement waits. Completing a read runs the rest of its request.
    private async Task ReadWaitingAsync()
    {
        var failedAtMs = long.MinValue;
        while (TakeWaiting() is { } reads)
        {
            var began = Environment.TickCount64;
            try
            {
                // After a slow failure the next batch may take as long again: no client should wait for both.
                var result = Array.TrueForAll(reads, read => read.QueuedAtMs < failedAtMs)
                    ? LookupResult.StorageFailed
                    : await RetryAsync(source => ReadStatementsAsync(source, reads));
                if (result == LookupResult.StorageFailed
                    && Environment.TickCount64 - began > Limits.PostgresSlowFailureMs)
                {
                    failedAtMs = Environment.TickCount64;
                }

                Array.ForEach(reads, read => read.SetResult(result == LookupResult.Found ? read.Found : result));
            }
            catch (Exception error)
            {
                Array.ForEach(reads, read => read.TrySetException(error)); // A defect: each request's own 500.
            }
        }
    }

    // The oldest, by account; null when none waits, which ends the caller's loop.
    private StatementRead[]? TakeWaiting()
    {
        StatementRead[] reads;
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _batches--;
                return null;
            }

            reads = new StatementRead[Math.Min(_waiting.Count, Limits.PostgresStatementReadsMax)];
            for (var index = 0; index < reads.Length; index++)
            {
                reads[index] = _waiting.Dequeue();
            }
        }

        Array.Sort(reads, (one, other) => one.AccountId.CompareTo(other.AccountId));
        return reads;
    }

    private async ValueTask<LookupResult> ReadStatementsAsync(NpgsqlDataSource source, StatementRead[] reads)
    {
        await using var batch = source.CreateBatch();
        foreach (var account in ByAccount(reads))
        {
            var query = new NpgsqlBatchCommand(s_statementSql);
            query.Parameters.Add(new NpgsqlParameter<long> { TypedValue = account[0].AccountId });
            batch.BatchCommands.Add(query);
        }

        await using var rows = await batch.ExecuteReaderAsync();
        foreach (var account in ByAccount(reads))
        {
            var found = await ReadStatementAsync(rows, account);
            foreach (var read in account)
            {
                read.Found = found;
            }

            await rows.NextResultAsync();
        }

        return LookupResult.Found;
    }

    private static IEnumerable<ArraySegment<StatementRead>> ByAccount(StatementRead[] reads)
    {
        for (var (start, end) = (0, 1); start < reads.Length; end++)
        {
            if (end == reads.Length || reads[end].AccountId != reads[start].AccountId)
            {
                yield return new ArraySegment<StatementRead>(reads, start, end - start);
                start = end;
            }
        }
    }

    // A damaged row fails its account's reads only.
    private async ValueTask<LookupResult> ReadStatementAsync(
        NpgsqlDataReader rows, ArraySegment<StatementRead> reads)
    {
        try
        {
            return await ReadRowsAsync(
                rows,
                row =>
                {
                    var (balanceCents, limitCents, readAt) = (row.GetInt64(0), row.GetInt64(1), Timestamp.Now);
                    foreach (var read in reads)
                    {
                        read.Statement.Begin(balanceCents, limitCents, readAt);
                    }
                },
                row =>
                {
                    var entry = Entry(row);
                    foreach (var read in reads)
                    {
                        read.Statement.Add(entry);
                    }
                });
        }
        catch (InvalidDataException error)
        {
            errors.Write(error);
            return LookupResult.StorageFailed;
        }
    }

    private static async ValueTask<LookupResult> ReadAsync(
        NpgsqlDataSource source,
        string sql,
        long[] parameters,
        Action<NpgsqlDataReader>? begin,
        Action<NpgsqlDataReader>? add)
    {
        await using var command = source.CreateCommand(sql).With(parameters);
        await using var rows = await command.ExecuteReaderAsync();
        return await ReadRowsAsync(rows, begin, add);
    }

    private static async ValueTask<LookupResult> ReadRowsAsync(
        NpgsqlDataReader rows, Action<NpgsqlDataReader>? begin, Action<NpgsqlDataReader>? add)
    {
        if (!await rows.ReadAsync())
        {
            return LookupResult.UnknownAccount;
        }

        begin?.Invoke(rows);
        while (add is not null && !await rows.IsDBNullAsync(2))
        {
            add(rows);
            if (!await rows.ReadAsync())
            {
                break;
            }
        }

        return LookupResult.Found;
    }

    private static StatementEntry Entry(NpgsqlDataReader row)
    {
        // Other programs may write texts and times that the schema allows and the server does not.
        var bytes = row.GetFieldValue<byte[]>(5);
        return Utf8.IsValid(bytes)
            && Description.TryCreate(bytes, out var description)
            && Timestamp.TryCreate(row.GetInt64(6), out var postedAt)
            && TransactionKinds.TryParse((byte)row.GetChar(4), out var kind)
            ? new StatementEntry(row.GetInt64(3), kind, description, postedAt)
            : throw new InvalidDataException("read: a client's transactions are damaged");
    }

    // A read changes nothing and an idle connection may have lost its server long ago: so a failed read is retried
    // once, unless it timed out or took too long.
    private async ValueTask<LookupResult> RetryAsync(Func<NpgsqlDataSource, ValueTask<LookupResult>> readOnce)
    {
        var began = Environment.TickCount64;
        for (var attempt = 1; ; attempt++)
        {
            var source = hosts.Serving.Reads;
            try
            {
                return await readOnce(source);
            }
            catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
            {
                // Under SERIALIZABLE a read may conflict with writes, too, several times.
                var isConflict = PostgresFailure.IsRetryable(error);
                var isSlow = Environment.TickCount64 - began > Limits.BusyTimeoutMs || PostgresFailure.IsTimeout(error);
                if (isSlow || attempt >= (isConflict ? Limits.PostgresReadTriesMax : 2))
                {
                    errors.Write(error);
                    return LookupResult.StorageFailed;
                }

                if (!isConflict)
                {
                    source.Clear(); // The idle connections have most likely lost their server, too.
                    await hosts.FindAsync();
                }
            }
            catch (InvalidDataException error)
            {
                errors.Write(error);
                return LookupResult.StorageFailed;
            }
        }
    }

    private sealed class StatementRead(long accountId, Statement statement) : TaskCompletionSource<LookupResult>
    {
        public long AccountId => accountId;

        public Statement Statement => statement;

        public long QueuedAtMs { get; } = Environment.TickCount64;

        public LookupResult Found { get; set; }
    }
}
