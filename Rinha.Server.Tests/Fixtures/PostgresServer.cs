using Npgsql;
using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>
/// The PostgreSQL server that <c>./rinha test</c> starts for the tests, and ledgers in it: each in a schema of its own.
/// </summary>
internal static class PostgresServer
{
    private const string Variable = "TEST_POSTGRES_URL";

    /// <summary>Its URL; without one the test is skipped.</summary>
    public static string Url
    {
        get
        {
            var url = Environment.GetEnvironmentVariable(Variable);
            Assert.SkipWhen(
                string.IsNullOrEmpty(url), $"{Variable} is not set: ./rinha test starts PostgreSQL and sets it");
            return url!;
        }
    }

    /// <summary>The URL of a new, empty place for a ledger.</summary>
    /// <param name="schema">Its name.</param>
    /// <param name="options">More settings of its connections, as the server's command line has them.</param>
    public static string UrlOf(string schema, string options = "") =>
        $"{Url}{(Url.Contains('?') ? '&' : '?')}options={Uri.EscapeDataString($"-c search_path={schema} {options}")}";

    /// <summary>The address in a URL that must be good.</summary>
    public static PostgresAddress Parse(string url)
    {
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);
        return address;
    }

    /// <summary>Runs statements in it.</summary>
    public static void Execute(NpgsqlDataSource source, string sql)
    {
        using var command = source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row.</summary>
    public static long Query(NpgsqlDataSource source, string sql)
    {
        using var command = source.CreateCommand(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Fails unless every balance is the sum of its history and within its limit, and seq counts a client's rows
    /// 1, 2, 3 ….
    /// </summary>
    public static void AssertBalanced(NpgsqlDataSource source)
    {
        Assert.Equal(0, Query(source, """
            SELECT count(*) FROM
              (SELECT seq, row_number() OVER (PARTITION BY cliente_id ORDER BY seq) AS place FROM transacoes) AS entries
            WHERE seq <> place
            """));
        Assert.Equal(0, Query(source, """
            SELECT count(*) FROM clientes LEFT JOIN
              (SELECT cliente_id, count(*) AS posts, sum(CASE tipo WHEN 'c' THEN valor ELSE -valor END) AS cents
               FROM transacoes GROUP BY cliente_id) AS history ON history.cliente_id = clientes.id
            WHERE saldo < -limite OR saldo <> coalesce(cents, 0) OR ultima_seq <> coalesce(posts, 0)
            """));
    }
}
