using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// The accounts of a PostgreSQL ledger, for the operator's commands. Every call opens its own connection.
internal sealed class PostgresAccounts(PostgresAddress address) : IAccounts
{
    private const string BalanceSql = "SELECT saldo FROM clientes WHERE id = $1";

    public void List(long firstId, long lastId, Action<long, long, long, long> account)
    {
        using var source = Open();
        using var command = source.CreateCommand(
            "SELECT id, limite, saldo, ultima_seq FROM clientes WHERE id BETWEEN $1 AND $2 ORDER BY id")
            .With(firstId, lastId);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            account(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3));
        }
    }

    public void Add(long firstId, long lastId, long limitCents)
    {
        using var source = Open();
        try
        {
            Run(source, "INSERT INTO clientes (id, limite) SELECT id, $3 FROM generate_series($1, $2) AS id",
                firstId, lastId, limitCents);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw AccountRefusal.Exists(
                Query(source, "SELECT min(id) FROM clientes WHERE id BETWEEN $1 AND $2", firstId, lastId));
        }
    }

    public long SetLimit(long firstId, long lastId, long limitCents)
    {
        using var source = Open();
        try
        {
            const string change = "UPDATE clientes SET limite = $3 WHERE id BETWEEN $1 AND $2";
            return Run(source, change, firstId, lastId, limitCents) is > 0 and var changed
                ? changed
                : throw AccountRefusal.Missing(firstId, lastId);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.CheckViolation)
        {
            const string debtor = "SELECT min(id) FROM clientes WHERE id BETWEEN $1 AND $2 AND saldo < -$3";
            var id = Query(source, debtor, firstId, lastId, limitCents);
            throw AccountRefusal.BelowLimit(id, Query(source, BalanceSql, id ?? 0), limitCents);
        }
    }

    public void Close(long id)
    {
        using var source = Open();
        const string close = """
            DELETE FROM clientes WHERE id = $1 AND saldo = 0 AND ultima_seq = 0
              AND NOT EXISTS (SELECT 1 FROM chaves WHERE cliente_id = $1)
            """;
        if (Run(source, close, id) == 0)
        {
            throw Query(source, "SELECT ultima_seq FROM clientes WHERE id = $1", id) is { } transactions
                ? AccountRefusal.NotClosable(id, Query(source, BalanceSql, id), transactions)
                : AccountRefusal.Missing(id, id);
        }
    }

    private NpgsqlDataSource Open()
    {
        var source = PostgresHosts.Open(address, connectionsMax: 1);
        PostgresSchema.EnsureExisting(source);
        return source;
    }

    private static int Run(NpgsqlDataSource source, string sql, params ReadOnlySpan<long> parameters)
    {
        using var command = source.CreateCommand(sql).With(parameters);
        command.CommandTimeout = 0; // A million accounts take long; the operator can interrupt it.
        return command.ExecuteNonQuery();
    }

    private static long? Query(NpgsqlDataSource source, string sql, params ReadOnlySpan<long> parameters)
    {
        using var command = source.CreateCommand(sql).With(parameters);
        return command.ExecuteScalar() as long?;
    }
}
