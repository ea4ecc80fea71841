using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// The accounts of a PostgreSQL ledger, for the operator's commands. Every call opens its own connection.
internal sealed class PostgresAccounts(PostgresAddress address) : IAccounts
{
    public void List(Action<long, long, long, long> account)
    {
        using var source = Open();
        using var command = source.CreateCommand("SELECT id, limite, saldo, ultima_seq FROM clientes ORDER BY id");
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
            var taken = Query(source, "SELECT min(id) FROM clientes WHERE id BETWEEN $1 AND $2", firstId, lastId);
            throw new RefusalException($"account {taken} already exists; no account was added");
        }
    }

    public void SetLimit(long id, long limitCents)
    {
        using var source = Open();
        if (Run(source, "UPDATE clientes SET limite = $2 WHERE id = $1 AND saldo >= -$2", id, limitCents) == 1)
        {
            return;
        }

        throw new RefusalException(Query(source, "SELECT saldo FROM clientes WHERE id = $1", id) is { } balanceCents
            ? $"account {id} has a balance of {balanceCents} cents, below minus the limit of {limitCents}"
            : $"there is no account {id}");
    }

    private NpgsqlDataSource Open()
    {
        var source = PostgresLedger.Open(address, connectionsMax: 1);
        PostgresSchema.Ensure(source, converts: false);
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
