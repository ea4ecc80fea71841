using Npgsql;

namespace Rinha.Server.Tests.Postgres;

// The start of the published binary on a PostgreSQL that does not answer yet, or never.
public sealed class PostgresStartTests : ServerTest
{
    [Fact]
    public void It_waits_for_a_server_that_is_not_up_yet_and_says_so_once()
    {
        using var storage = new LedgerOnPostgres();
        var host = new NpgsqlConnectionStringBuilder(storage.Address.Connection.ConnectionString).Host!;
        Assert.SkipUnless(host.StartsWith('/'), "the tests' PostgreSQL has no unix socket");
        var later = InDirectory("later");
        using var server = ServerProcess.StartUnread(
            $"{storage.Url}&host={Uri.EscapeDataString(later)}",
            Socket,
            beforeHealth: process =>
            {
                while (process.ReadOutput() is { } line
                    && !line.Contains("\"DatabaseAwaited\"", StringComparison.Ordinal))
                {
                }

                Directory.CreateSymbolicLink(later, host);
            });
        server.Send(RawRequest.Credit).AssertOk();

        var exit = server.Stop();
        Assert.Equal((0, ""), (exit.Code, exit.Error));
        Assert.DoesNotContain("DatabaseAwaited", exit.Output, StringComparison.Ordinal);
        storage.AssertBalanced();
    }

    [Fact]
    public void An_idle_server_tells_that_it_has_lost_its_database_and_recovers()
    {
        using var storage = new LedgerOnPostgres();
        var host = new NpgsqlConnectionStringBuilder(storage.Address.Connection.ConnectionString).Host!;
        Assert.SkipUnless(host.StartsWith('/'), "the tests' PostgreSQL has no unix socket");
        var link = InDirectory("link");
        Directory.CreateSymbolicLink(link, host);
        using var server = ServerProcess.Start($"{storage.Url}&host={Uri.EscapeDataString(link)}", Socket);
        double Writable() => MetricsText.Parse(server.Get("/metrics").Text)["rinha_ledger_writable"];
        Assert.Equal(1, Writable());

        File.Delete(link);
        storage.EndConnections();
        Wait.Until(() => Writable() == 0, "the writer notices");
        Assert.Equal(503, server.Get("/health").Status);
        Directory.CreateSymbolicLink(link, host);
        Wait.Until(() => Writable() == 1, "the writer connects again");
        server.Get("/health").AssertOk();
    }

    [Fact]
    public void A_refusal_of_PostgreSQL_is_said_in_words_with_its_code_at_the_end()
    {
        using var storage = new LedgerOnPostgres();
        var url = ("DATABASE_URL", $"{storage.Url}&dbname=nowhere");
        var exit = ServerProcess.Run([], url, ("API_SOCKET", Socket));
        // Access rules may refuse the name first.
        Assert.Matches(@"^Rinha\.Server: (no|database) .* \((28000|3D000)\)\n$", exit.Error);
        ServerProcess.Run(["verify"], url).AssertExit(1, exit.Error);
    }

    [Theory]
    [InlineData("nowhere.invalid", "the host name 'nowhere.invalid' does not resolve")]
    [InlineData("127.0.0.1:1", "refused")]
    public void It_ends_with_the_reason_when_the_time_is_over(string host, string reason) => ServerProcess
        .Run(
            [],
            ("DATABASE_URL", $"postgres://rinha@{host}/rinha"),
            ("API_SOCKET", Socket),
            ("RINHA_DATABASE_WAIT", "1"))
        .AssertRefused(reason);
}
