namespace Rinha.LoadTest.Tests.EndToEnd;

// The published binary compares a run with a saved one; its exit code reports a regression.
public sealed class BaselineTests : IDisposable
{
    // Far enough apart that a busy machine cannot blur them.
    private const int UsualMs = 300;
    private const int SlowMs = 3_000;

    private readonly TemporaryDirectory _directory = new();
    private int _delayMs;
    private readonly StubBank _bank;

    public BaselineTests() => _bank = new StubBank(beforeAnswer: _ => Thread.Sleep(_delayMs));

    [Fact]
    public void A_run_is_saved_and_later_ones_are_compared_with_it()
    {
        _delayMs = UsualMs;
        var saved = Run("--save-baseline", "usual");
        _delayMs = SlowMs;
        var slower = Run("--baseline", "usual", "--fail-on-regression", "--noise-threshold", "90%");
        var tolerated = Run("--baseline", "usual", "--noise-threshold", "2%");
        _delayMs = 0;
        var faster = Run("--baseline", "usual", "--fail-on-regression", "--noise-threshold", "2%");

        Assert.Equal(0, saved.Code);
        Assert.Equal("baseline: .rinha/baselines/usual.json\n", saved.Error);
        Assert.Equal(4, Reports.Read(File.ReadAllText(_directory.File(".rinha/baselines/usual.json")))
            .Summary.Completed);
        Assert.Equal(1, slower.Code);
        Assert.StartsWith("Rinha.LoadTest: Worse than usual by more than 90.00%: ", slower.Error);
        Assert.True(Reports.Read(slower.Output).Baseline!.Regressed);
        Assert.Equal(0, tolerated.Code);
        Assert.True(Reports.Read(tolerated.Output).Baseline!.Regressed);
        Assert.Equal((0, ""), (faster.Code, faster.Error));
        Assert.False(Reports.Read(faster.Output).Baseline!.Regressed);
        Assert.Equal(("usual", (double?)0.02), (Reports.Read(faster.Output).Baseline!.Name,
            Reports.Read(faster.Output).Baseline!.NoiseThreshold));
    }

    [Fact]
    public void Two_saved_reports_are_compared_offline()
    {
        _delayMs = UsualMs;
        Run("--save-baseline", "usual");
        _delayMs = SlowMs;
        File.WriteAllText(_directory.File("slow.json"), Run().Output);

        var undecided = Compare("usual", "slow.json");
        var slower = Compare("usual", "slow.json", "--noise-threshold", "90%", "--fail-on-regression");
        var faster = Compare("slow.json", "usual", "--noise-threshold", "90%", "--fail-on-regression", "-o", "json");

        Assert.Contains("is a directory; expected a JSON report", Compare("usual", "./").Error);
        Assert.Equal((0, ""), (undecided.Code, undecided.Error));
        Assert.Contains("Not comparable with usual", undecided.Output, StringComparison.Ordinal);
        Assert.Equal(1, slower.Code);
        Assert.EndsWith("\n  Worse than usual by more than 90.00%: p50, p90, p99\n", slower.Output);
        Assert.Equal((0, ""), (faster.Code, faster.Error));
        Assert.InRange(Reports.Read(faster.Output).Baseline!.Comparisons[1].Ratio, 0.01, 0.9);
        Assert.True(Reports.Read(faster.Output).Verdict!.Passed);
    }

    public void Dispose()
    {
        _bank.Dispose();
        _directory.Dispose();
    }

    private CommandExit Compare(params string[] arguments) =>
        LoadTester.RunIn(_directory.FullPath, ["compare", .. arguments]);

    private CommandExit Run(params string[] options) => LoadTester.RunIn(
        _directory.FullPath, ["load", _bank.Url, "-n", "4", "-c", "4", "--quiet", "-o", "json", .. options]);
}
