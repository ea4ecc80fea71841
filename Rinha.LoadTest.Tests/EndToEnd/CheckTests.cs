namespace Rinha.LoadTest.Tests.EndToEnd;

// The published binary's exit code says whether the bank is correct.
public sealed class CheckTests
{
    [Fact]
    public void A_correct_bank_that_drops_connections_passes_only_with_retries()
    {
        using var bank = new StubBank(Faults.DropsConnections(100, applies: true));

        var retried = LoadTester.Run("load", bank.Url, "--check", "--retry", "-n", "2000", "--quiet", "-o", "json");
        var failed = LoadTester.Run("load", bank.Url, "--check", "-n", "2000", "-o", "json");

        Assert.Equal((0, ""), (retried.Code, retried.Error));
        var report = Reports.Read(retried.Output);
        Assert.True(report.Summary is { Failed: 0, Retries: > 0 }, $"{report.Summary}");
        Assert.Equal(0, report.Check!.Unknown);
        Assert.Equal(1, failed.Code);
    }

    [Fact]
    public void A_faulty_bank_fails_and_the_report_says_why()
    {
        using var bank = new StubBank(Faults.ForgetsTransactions(50));

        var exit = LoadTester.Run("load", bank.Url, "--check", "-n", "2000", "--quiet", "-o", "json");

        Assert.Equal(1, exit.Code);
        Assert.Matches(
            @"^Rinha\.LoadTest: The bank broke its rules: the checks found [0-9,]+ violations?\n$", exit.Error);
        Assert.Contains(Reports.Read(exit.Output).Check!.Checks, check => check.Violations > 0);
    }

    [Fact]
    public void The_contest_refuses_a_ledger_with_transactions()
    {
        using var bank = new StubBank();
        Assert.Equal(0, LoadTester.Run("load", bank.Url, "-n", "10", "--quiet").Code);

        var exit = LoadTester.Run("contest", bank.Url, "--quiet");

        Assert.Equal(2, exit.Code);
        Assert.Contains("the simulation needs an empty one", exit.Error);
    }

    [Fact]
    public void A_bank_or_database_that_cannot_be_checked_fails_in_one_line()
    {
        using var bank = new StubBank();
        using var server = StubServer.StartSending("HTTP/1.1 500 X\r\nContent-Length: 5\r\n\r\noh\nno");

        var exit = LoadTester.Run("load", server.Url, "--check", "--quiet", "-n", "2000");

        Assert.Equal((1, ""), (exit.Code, exit.Output));
        Assert.Equal("Rinha.LoadTest: client 1: Statement: 500 oh no\n", exit.Error);
        exit = LoadTester.Run("load", bank.Url, "--check", "--quiet", "-n", "100", "--database", "/nowhere/missing.db");
        Assert.Equal((1, ""), (exit.Code, exit.Output));
        Assert.Matches(@"^Rinha\.LoadTest: [^\n]+\n$", exit.Error);
    }

    [Fact]
    public void The_real_server_passes_with_its_database()
    {
        using var directory = new TemporaryDirectory();
        var (url, database) = ("unix:" + directory.File("api.sock"), directory.File("rinha.db"));
        using var server = new TestProcess(
            [Repository.ServerBinary], [("DATABASE_URL", database), ("API_SOCKET", url["unix:".Length..])]);
        Wait.Until(() => server.HasExited || Targets.Of(url).Answers(), "the server listens");

        var exit = LoadTester.Run("load", url, "--check", "--database", database, "-d", "2s", "--quiet", "-o", "json");

        Assert.True(exit is { Code: 0, Error: "" }, $"{exit}");
        var report = Reports.Read(exit.Output);
        Assert.Equal(64, report.Connections);
        Assert.Equal(20, report.Check!.Checks.Count);
        Assert.All(report.Check.Checks, check => Assert.True(check is { Made: > 0, Violations: 0 }, $"{check}"));
        Assert.Equal((0, 0), (report.Summary.Failed, report.Check.Unknown));
        Assert.True(report.Check.Acknowledged > 2_000);
    }
}
