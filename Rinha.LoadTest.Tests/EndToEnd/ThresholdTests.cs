namespace Rinha.LoadTest.Tests.EndToEnd;

// The published binary's exit code and all its reports say whether requests failed or thresholds were crossed.
public sealed class ThresholdTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private readonly StubBank _bank;
    private int _requests;

    // Every tenth request is answered 500.
    public ThresholdTests() => _bank = new StubBank(new StubLedger
    {
        OnRequest = (_, next) => ++_requests % 10 == 0 ? new StubAnswer(500) : next(),
    });

    [Fact]
    public void A_failed_request_fails_the_run_in_every_report()
    {
        var text = Run();
        var json = Run("-o", "json");
        var html = Run("-o", "html");

        Assert.All([text, json, html], exit => Assert.Equal(
            (1, "Rinha.LoadTest: 10 of 100 requests failed\n"), (exit.Code, exit.Error)));
        Assert.EndsWith("\n  10 of 100 requests failed\n", text.Output);
        var report = Reports.Read(json.Output);
        Assert.Equal(new VerdictReport(false, "10 of 100 requests failed"), report.Verdict);
        Assert.Equal([new ThresholdReport("failed > 0", ThresholdUnit.Count, 10, false)], report.Thresholds!);
        Assert.Contains("<strong>failed</strong>", html.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10", 0)]
    [InlineData("10%", 0)]
    [InlineData("9", 1)]
    [InlineData("9.9%", 1)]
    public void Some_failures_can_be_tolerated(string maxFailed, int status)
    {
        var exit = Run("--max-failed", maxFailed, "-o", "json");

        Assert.Equal(status, exit.Code);
        Assert.Equal(status == 0, Reports.Read(exit.Output).Verdict!.Passed);
    }

    [Fact]
    public void Thresholds_are_reported_and_a_crossed_one_fails_the_run()
    {
        string[] conditions = ["--fail-if", "rate <= 0", "--fail-if", "debit.p99 > 1ns", "--fail-if", "credit.max>1h"];
        var wrong = Run(conditions);
        conditions[^1] = "credit.max>300s";
        var exit = Run([.. conditions, "--max-failed", "50%", "-o", "json"]);

        Assert.Equal((2, ""), (wrong.Code, wrong.Output));
        Assert.Equal(1, exit.Code);
        Assert.StartsWith("Rinha.LoadTest: Thresholds crossed: debit.p99 > 1ns (", exit.Error);
        Assert.Equal(
            [("failed > 50%", true), ("rate <= 0", true), ("debit.p99 > 1ns", false), ("credit.max>300s", true)],
            Reports.Read(exit.Output).Thresholds!.Select(threshold => (threshold.Expression, threshold.Passed)));
    }

    public void Dispose()
    {
        _bank.Dispose();
        _directory.Dispose();
    }

    private CommandExit Run(params string[] options) => LoadTester.RunIn(
        _directory.FullPath, ["load", _bank.Url, "-n", "100", "--quiet", .. options]);
}
