using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Rinha.LoadTest.Check;

/// <summary>Where a ledger's tables are, for the oracle, which looks at them past the servers.</summary>
internal interface ILedgerPlace
{
    /// <summary>
    /// The whole history: client, number, amount in cents, kind, text as UTF-8 and time in microseconds since 1970;
    /// each client's rows in their order.
    /// </summary>
    string HistorySql { get; }

    /// <summary>
    /// Each client and its last ten rows (<see cref="NewestRows"/>); <see langword="null"/> where a client's row does
    /// not have them.
    /// </summary>
    string? NewestSql { get; }

    /// <summary>A connection of its own; all that is read over it is one snapshot, while writers go on.</summary>
    /// <exception cref="DbException">It cannot be read.</exception>
    DbConnection OpenSnapshot();

    /// <summary>Asks the database whether what it has stored is sound.</summary>
    /// <returns>What is not; <see langword="null"/> for nothing.</returns>
    string? FindDamage();
}

internal static class LedgerConnections
{
    public static void Execute(this DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static void ForEach(this DbConnection connection, string sql, Action<DbDataReader> take)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            take(reader);
        }
    }

    public static object? ExecuteScalar(this DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}

/// <summary>A ledger that is a SQLite file (schema.sql).</summary>
internal sealed class LedgerInFile(string path) : ILedgerPlace
{
    // In the order of the commits, and without an index: everything is found in one pass.
    public string HistorySql =>
        "SELECT cliente_id, seq, valor, tipo, CAST(descricao AS BLOB), realizada_em FROM transacoes ORDER BY id";

    public string? NewestSql => "SELECT id, ultimas FROM clientes";

    public DbConnection OpenSnapshot()
    {
        var connection = Open();
        connection.Execute("BEGIN");
        return connection;
    }

    public string? FindDamage()
    {
        using var connection = Open();
        var answer = connection.ExecuteScalar("PRAGMA integrity_check(1)") as string;
        return answer == "ok" ? null : $"{Path.GetFileName(path)}: {answer}";
    }

    /// <summary>Read-write although nothing is written: a reader of a WAL needs its shared memory.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        return connection;
    }
}

/// <summary>A ledger in a PostgreSQL database (schema.postgres.sql).</summary>
internal sealed class LedgerInPostgres(PostgresUrl url) : ILedgerPlace
{
    public string HistorySql =>
        "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY cliente_id, seq";

    public string? NewestSql => null;

    public NpgsqlConnection Open() =>
        new NpgsqlSlimDataSourceBuilder(url.ConnectionString).Build().OpenConnection();

    public DbConnection OpenSnapshot()
    {
        var connection = Open();
        connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        return connection;
    }

    // By PostgreSQL's own amcheck (https://www.postgresql.org/docs/15/amcheck.html), which only a superuser may
    // install: each page of the tables, and whether each of their rows is in each of their indexes.
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
            return connection.ExecuteScalar("""
                SELECT tabela || ': ' || msg
                FROM unnest(ARRAY['clientes', 'transacoes', 'chaves']) AS tabela, verify_heapam(tabela::regclass)
                """) as string;
        }
        catch (PostgresException error)
        {
            return error.MessageText;
        }
    }
}

/// <summary>
/// What a server's DATABASE_URL says, as far as the oracle has to follow it:
/// <c>postgres://user:password@host:port/name</c>
/// with <c>host</c>, the directory of a unix socket, and <c>options</c> in the query.
/// </summary>
internal sealed partial class PostgresUrl
{
    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 60; // A long history is read at once.

    private PostgresUrl(string connectionString) => ConnectionString = connectionString;

    /// <summary>The same for Npgsql: a connection that is closed is gone.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether a text is meant as such a URL and not as a file.</summary>
    public static bool IsMeant(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string text, [NotNullWhen(true)] out PostgresUrl? url)
    {
        url = null;
        var match = Whole().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = Part("host") ?? "localhost",
            Username = Part("user"),
            Password = Part("password"),
            Database = Part("name"),
            Pooling = false,
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
        };
        if (ushort.TryParse(Part("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            connection.Port = port;
        }

        foreach (var pair in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var value = Uri.UnescapeDataString(pair[(equals + 1)..]);
            switch (equals < 0 ? "" : pair[..equals])
            {
                case "host":
                    connection.Host = value;
                    break;
                case "options":
                    connection.Options = value;
                    break;
                default:
                    return false;
            }
        }

        url = new PostgresUrl(connection.ConnectionString);
        return true;

        string? Part(string name) =>
            match.Groups[name] is { Length: > 0 } part ? Uri.UnescapeDataString(part.Value) : null;
    }

    [GeneratedRegex(
        @"^postgres(ql)?://(?<user>[^:@/?]+)(:(?<password>[^@/?]*))?@(?<host>[^:/?]*)(:(?<port>\d{1,5}))?"
        + @"/(?<name>[^/?]+)(\?(?<query>.*))?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();
}
