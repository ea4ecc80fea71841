using Rinha.Stack.Databases;

namespace Rinha.Stack.Tests;

// measure, short: every kind of subject runs, and every answer is right.
[Collection(RunsAlone.Name)]
public sealed class MeasureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("mix", "stack", "floor", "RINHA_SYNCHRONOUS=FULL")]
    [InlineData("refused", "tuned", "floor", "server")]
    [InlineData("statements", "one", "million", "grown")]
    [InlineData("connections", "nginx-postgres", "caddy-postgres", "floor")]
    public void Subjects_are_compared(string load, params string[] subjects)
    {
        var json = Measure(
        [
            .. subjects, "--load", load, "--rounds", "1", "-d", "1", "-c", "4", "--transactions", "1000", "--server",
            Testing.Repository.ServerBinary,
        ]);
        Assert.Equal(
            subjects,
            json.GetProperty("subjects").EnumerateArray().Select(subject => subject.GetProperty("name").GetString()));
        foreach (var subject in json.GetProperty("subjects").EnumerateArray())
        {
            var median = subject.GetProperty("median");
            Assert.Equal(0, median.GetProperty("failed").GetDouble());
            Assert.True(median.GetProperty("requestsPerSecond").GetDouble() > 0);
            Assert.True(median.GetProperty("api01CpuUs").GetDouble() > 0);
            Assert.True(median.GetProperty("p50Ms").GetDouble() <= median.GetProperty("maxMs").GetDouble());
        }

        Assert.Equal(2, json.GetProperty("ratios").GetArrayLength());
        Assert.False(Directory.Exists(Testing.Repository.PathOf("artifacts", "measure")));
    }

    [Fact]
    public void A_ratio_below_the_minimum_fails() => RinhaCommand.Run(
        "measure", "stack", "floor", "--rounds", "1", "-d", "1", "--min-ratio", "1000000")
        .AssertExit(1, "less than 1000000");

    [Fact]
    public void Wrong_arguments_are_refused_before_anything_starts()
    {
        RinhaCommand.Run("measure", "sky", "floor").AssertExit(2, "a stack or a split: 'sky'");
        RinhaCommand.Run("measure", "stack").AssertExit(2, "expected two or more different subjects, not: stack");
        RinhaCommand.Run("measure", "floor", "floor").AssertExit(2, "two or more different subjects");
        RinhaCommand.Run("measure", "stack", "server").AssertExit(2, "needs --server");
        RinhaCommand.Run("measure", "stack", "grown", "--stack", "nginx-postgres").AssertExit(2, "grown needs SQLite");
        RinhaCommand.Run("measure", "--load", "heavy").AssertExit(2, "'heavy'");
        Assert.False(Directory.Exists(Testing.Repository.PathOf("artifacts", "measure")));
    }

    // 3 transactions leave two clients without any, 33 leave each with fewer than ten.
    [Theory]
    [InlineData(3, 5)]
    [InlineData(33, 5)]
    [InlineData(10_003, 5)]
    [InlineData(200, 20)]
    public void Verify_accepts_a_prefilled_ledger(int transactions, int accounts)
    {
        var file = _directory.File("grown.db");
        PrefilledLedger.Create(file, transactions, accounts, new Packages(_ => { }));
        var verified = Tool.Run([Testing.Repository.ServerBinary, "verify", file]);
        Assert.True(verified.Succeeded, verified.Output + verified.Error);
        Assert.Contains($"{transactions}", Tool.Run(["sqlite3", file, "SELECT count(*) FROM transacoes"]).Output);
    }

    public void Dispose() => _directory.Dispose();

    private JsonElement Measure(params IEnumerable<string> arguments)
    {
        var file = _directory.File("report.json");
        RinhaCommand.RunSuccessfully(["measure", .. arguments, "--json", file]);
        return JsonDocument.Parse(File.ReadAllText(file)).RootElement;
    }
}
