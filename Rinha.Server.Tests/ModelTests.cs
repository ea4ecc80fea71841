using System.Text.RegularExpressions;
using Rinha.Stack.Processes;

namespace Rinha.Server.Tests;

// docs/models/: spin checks every interleaving of the models, and finds each planted fault.
public sealed partial class ModelTests
{
    private const string Safety = "-DSAFETY";
    private const string Progress = "-DNP -DNFAIR=3"; // No endless run in which no process enters.
    private const string Fair = "-DNFAIR=3"; // The model's formula, with weak fairness.

    private const string NoLostWake = "-DSLEEPERS -DNO_TIMEOUT -DANY_HINTS -DTURNS=2";
    private const string Deaths = "-DSLEEPERS -DDEATHS=1 -DTURNS=1 -DANY_HINTS";
    private const string TwoDeaths = "-DPROCESSES=2 -DDEATHS=2";
    private const string DeadHolder = "-DSLEEPERS -DDEATHS=1 -DANY_HINTS -DNEVER_DEFERS -DSTAYS_DEAD";
    private const string Starving = "-DPATIENT -DNOBODY_STARVES -DPROCESSES=2";

    [Theory]
    [InlineData("gate", NoLostWake, Safety)]
    [InlineData("gate", "-DSLEEPERS -DNO_TIMEOUT -DTURNS=1", Safety)]
    [InlineData("gate", Deaths, Safety)]
    [InlineData("gate", TwoDeaths, Safety)]
    [InlineData("gate", DeadHolder, Progress)]
    [InlineData("gate", Starving, Fair)]
    [InlineData("writes", "", Safety)]
    [InlineData("writes", "-DSTOPS", Safety)]
    public void Every_interleaving_of_a_model_is_right(string model, string configuration, string check)
    {
        var report = Check(model, configuration, check);

        Assert.Contains("errors: 0", report, StringComparison.Ordinal);
        Assert.DoesNotContain("not completed", report, StringComparison.Ordinal);
        Assert.DoesNotContain("search depth too small", report, StringComparison.Ordinal);
        Assert.InRange(int.Parse(StatesPattern().Match(report).Groups[1].ValueSpan), 1_000, int.MaxValue);
    }

    [Theory]
    [InlineData("gate", NoLostWake, Safety, "SLEEPS_WITHOUT_COMPARING")]
    [InlineData("gate", NoLostWake, Safety, "LOOKS_FOR_SLEEPERS_FIRST")]
    [InlineData("gate", Deaths, Safety, "UNLOCKS_BEFORE_THE_EXCHANGE")]
    [InlineData("gate", TwoDeaths, Safety, "REMOVES_THE_LIVING")]
    [InlineData("gate", DeadHolder, Progress, "NEVER_REMOVES")]
    [InlineData("gate", Starving, Fair, "COUNTS_DEFERRALS")]
    [InlineData("writes", "", Safety, "FORGETS_WHO_WAITS")]
    [InlineData("writes", "", Safety, "FORGETS_THE_REST")]
    [InlineData("writes", "", Safety, "LEAVES_WHAT_IT_TAKES")]
    [InlineData("writes", "", Safety, "ANSWERS_BEFORE_THE_COMMIT")]
    public void A_planted_fault_is_found(string model, string configuration, string check, string fault)
    {
        Assert.Matches($@"\bFAULT_{fault}\b", Source(model));

        Assert.Contains(
            "errors: 1", Check(model, $"{configuration} -DFAULT_{fault}", check), StringComparison.Ordinal);
    }

    // Labels and inlines that begin with a capital letter are methods of the code; the code names its model.
    [Theory]
    [InlineData("gate", "Sqlite/Locking/Gate.cs")]
    [InlineData("writes", "Queue/WriteQueue.cs", "Sqlite/Writing/LoopRound.cs", "Sqlite/Writing/CommitTurn.cs",
        "Sqlite/Writing/WriterThread.cs")]
    public void The_model_and_the_code_name_each_other(string model, params string[] files)
    {
        var code = string.Concat(files.Select(file => File.ReadAllText(Repository.PathOf("Rinha.Server", file))));
        Assert.Contains($"docs/models/{model}.pml", code, StringComparison.Ordinal);
        string[] own = ["Start", "Dead", "Next", "Refused", "Answer", "WakeWriter"];
        Assert.All(
            NamePattern().Matches(Source(model)).Select(match => match.Groups[1].Value).Except(own),
            name => Assert.Matches($@"\b{name}\(", code));
    }

    private static string Source(string model) => File.ReadAllText(Repository.PathOf("docs", "models", model + ".pml"));

    private static string Check(string model, string configuration, string check)
    {
        var hasSpin = Tool.Find("spin") is not null && Tool.Find("gcc") is not null;
        Assert.SkipWhen(!hasSpin && Environment.GetEnvironmentVariable("CI") != "true", "spin and gcc are missing");
        using var directory = new TemporaryDirectory();
        var file = Repository.PathOf("docs", "models", model + ".pml");
        ToolResult Run(params IReadOnlyList<string> command) => Tool.Run(command, directory: directory.FullPath);

        Run(["spin", .. Words(configuration), "-a", file]).OrThrow("spin");
        Run(["gcc", "-O2", "-w", "-DCOLLAPSE", .. Words(check), "-o", "pan", "pan.c"]).OrThrow("gcc");
        string[] search = check == Safety ? [] : check == Progress ? ["-l", "-f"] : ["-a", "-f"];
        return Run([directory.File("pan"), "-m1000000", .. search]).Output;
    }

    private static string[] Words(string flags) => flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"(\d+) states, stored")]
    private static partial Regex StatesPattern();

    [GeneratedRegex(@"^(?:inline )?([A-Z][A-Za-z]+)(?:\(|:)", RegexOptions.Multiline)]
    private static partial Regex NamePattern();
}
