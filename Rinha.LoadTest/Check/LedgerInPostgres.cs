using System.Data.Common;
using Npgsql;

namespace Rinha.LoadTest.Check;

/// <summary>A ledger in a PostgreSQL database (schema.postgres.sql).</summary>
/// <param name="url">Where it is, as the server is told.</param>
internal sealed class LedgerInPostgres(PostgresUrl url) : ILedgerPlace
{
    /// <inheritdoc/>
    public string HistorySql =>
        "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY cliente_id, seq";

    /// <inheritdoc/>
    public string? NewestSql => null;

    /// <summary>A connection of its own, open.</summary>
    /// <exception cref="NpgsqlException">Nobody answers, or not well.</exception>
    public NpgsqlConnection Open() =>
        new NpgsqlSlimDataSourceBuilder(url.ConnectionString).Build().OpenConnection();

    /// <inheritdoc/>
    public DbConnection OpenSnapshot()
    {
        var connection = Open();
        connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        return connection;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// By PostgreSQL's own amcheck (https://www.postgresql.org/docs/15/amcheck.html), which only a superuser may
    /// install: each page of the tables, and whether each of their rows is in each of their indexes.
    /// </remarks>
    public string? FindDamage()
    {
        try
        {
            using var connection = Open();
            connection.Execute("CREATE EXTENSION IF NOT EXISTS amcheck");
            connection.Execute("""
                SELECT bt_index_check(indexrelid, true) FROM pg_index
                WHERE indrelid IN ('clientes'::regclass, 'transacoes'::regclass, 'chaves'::regclass)
                """);
            using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT tabela || ': ' || msg
                FROM unnest(ARRAY['clientes', 'transacoes', 'chaves']) AS tabela, verify_heapam(tabela::regclass)
                """;
            return command.ExecuteScalar() as string;
        }
        catch (PostgresException error)
        {
            return error.MessageText;
        }
    }
}
