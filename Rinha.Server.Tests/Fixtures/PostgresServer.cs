using Npgsql;

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
            Assert.SkipWhen(string.IsNullOrEmpty(url), $"{Variable} is not set: ./rinha test starts PostgreSQL and sets it");
            return url!;
        }
    }

    /// <summary>The URL of a new, empty place for a ledger.</summary>
    /// <param name="schema">Its name.</param>
    /// <param name="options">More settings of its connections, as the server's command line has them.</param>
    public static string UrlOf(string schema, string options = "") =>
        $"{Url}{(Url.Contains('?') ? '&' : '?')}options={Uri.EscapeDataString($"-c search_path={schema} {options}")}";

    /// <summary>Runs statements in it.</summary>
    public static void Execute(NpgsqlDataSource source, string sql)
    {
        using var command = source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }
}
