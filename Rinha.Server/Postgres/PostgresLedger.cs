using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

/// <summary>
/// The ledger in a PostgreSQL database, shared by any number of processes on any number of machines. The database must
/// commit to its disk before it says so (<c>synchronous_commit</c>, its default). Writes go through one writer; reads
/// have their own connections and wait for no writer.
/// </summary>
public sealed class PostgresLedger : ILedger, IDisposable
{
    private const string EntriesHead = """
        SELECT clientes.saldo, clientes.limite,
          ultimas.seq, ultimas.valor, ultimas.tipo, ultimas.descricao, ultimas.realizada_em
        FROM clientes LEFT JOIN LATERAL (
          SELECT seq, valor, tipo, descricao, realizada_em FROM transacoes
          WHERE cliente_id = clientes.id
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

    private readonly NpgsqlDataSource _reads;
    private readonly NpgsqlDataSource _writes; // Has one connection, which no read can take.
    private readonly KeyHousekeeping _keys;
    private readonly PostgresWriter _writer;
    private readonly ThrottledErrorLog _errors;
    private readonly LedgerMetrics _metrics = new();

    /// <summary>
    /// Connects, waiting for a server that is not up yet. Creates an empty ledger (schema.postgres.sql, with these
    /// accounts if given) or converts an older one.
    /// </summary>
    /// <exception cref="RefusalException">
    /// The server was not up in time, the database is not a ledger of a known version, or the accounts' file is
    /// invalid.
    /// </exception>
    /// <exception cref="NpgsqlException">The database cannot be used.</exception>
    public PostgresLedger(
        PostgresAddress address, ILogger logger, int waitSeconds = 0, InitialAccounts? accounts = null)
    {
        _errors = new ThrottledErrorLog(logger);
        _reads = Open(address, Limits.PostgresReadConnectionsMax);
        _writes = Open(
            address,
            connectionsMax: 1,
            $"-c idle_in_transaction_session_timeout={Limits.PostgresIdleTransactionMs}");
        Await(address, waitSeconds, logger);
        switch (PostgresSchema.Ensure(_writes, converts: true, accounts: accounts))
        {
            case PostgresSchema.Created:
                Log.LedgerCreated(logger, address.ToString());
                break;
            case { } version:
                Log.LedgerConverted(logger, version, PostgresSchema.Versions.Current);
                break;
        }

        _keys = new KeyHousekeeping(_reads, _errors);
        _writer = new PostgresWriter(_writes, _keys, _errors, _metrics, logger);
    }

    public WriterState Writer => _writer.State;

    public IWriteRound? Round => null; // A commit waits for the network; the loop must not.

    /// <summary>The connections to a ledger, opened as they are needed.</summary>
    internal static NpgsqlDataSource Open(PostgresAddress address, int connectionsMax, string options = "")
    {
        var builder = new NpgsqlSlimDataSourceBuilder(address.Connection.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.MaxPoolSize = connectionsMax;
        settings.Options = $"{options} {settings.Options}"; // The operator's are last, and so prevail.
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        return builder.Build();
    }

    public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) => _writer.WriteAsync(write);

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) => ReadAsync(
        s_statementSql,
        [accountId],
        row => statement.Begin(row.GetInt64(0), row.GetInt64(1), Timestamp.Now),
        row => statement.Add(Entry(row)));

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) => ReadAsync(
        HistorySql,
        [accountId, page.BeforeSequence, page.EntriesWanted],
        _ => page.Begin(page.BeforeSequence, page.EntriesWanted),
        row => page.Add(new HistoryEntry(row.GetInt64(2), Entry(row))));

    public ValueTask<LookupResult> FindAccountAsync(long accountId) => ReadAsync(AccountSql, [accountId], null, null);

    internal void AddTo(MetricSet metrics)
    {
        _metrics.AddTo(metrics, () => _writer.QueuedWrites, () => Writer == WriterState.Ready);
        _metrics.AddRetriesTo(metrics);
    }

    /// <summary>Finishes the writes that wait and closes the connections.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        _writer.Dispose();
        _writes.Dispose();
        _reads.Dispose();
    }

    // A wrong password or database is thrown at once.
    private void Await(PostgresAddress address, int waitSeconds, ILogger logger)
    {
        var waited = Stopwatch.StartNew();
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                using var connection = _writes.OpenConnection();
                return;
            }
            catch (Exception error) when (PostgresFailure.IsNotUpYet(error))
            {
                var reason = PostgresFailure.Describe(error, address.Connection.Host);
                if (waited.Elapsed.TotalSeconds >= waitSeconds)
                {
                    throw new RefusalException($"{address} was not up within {waitSeconds} s: {reason}", error);
                }

                if (isFirst)
                {
                    Log.DatabaseAwaited(logger, reason, waitSeconds, address.ToString());
                }

                Thread.Sleep(Limits.PostgresWaitRetryMs);
            }
        }
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

    // One statement and hence one snapshot. A read changes nothing and an idle connection may have lost its server long
    // ago: so a failed read is retried once, unless it timed out.
    private async ValueTask<LookupResult> ReadAsync(
        string sql, long[] parameters, Action<NpgsqlDataReader>? begin, Action<NpgsqlDataReader>? add)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadOnceAsync(sql, parameters, begin, add);
            }
            catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
            {
                // Under SERIALIZABLE a read may conflict with writes, too, several times.
                var isConflict = PostgresFailure.IsRetryable(error);
                if (attempt >= (isConflict ? Limits.PostgresReadTriesMax : 2) || PostgresFailure.IsTimeout(error))
                {
                    _errors.Write(error);
                    return LookupResult.StorageFailed;
                }

                if (!isConflict)
                {
                    _reads.Clear(); // The idle connections have most likely lost their server, too.
                }
            }
            catch (InvalidDataException error)
            {
                _errors.Write(error);
                return LookupResult.StorageFailed;
            }
        }
    }

    private async ValueTask<LookupResult> ReadOnceAsync(
        string sql, long[] parameters, Action<NpgsqlDataReader>? begin, Action<NpgsqlDataReader>? add)
    {
        await using var command = _reads.CreateCommand(sql).With(parameters);
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
