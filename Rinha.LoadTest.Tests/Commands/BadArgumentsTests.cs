namespace Rinha.LoadTest.Tests.Commands;

// The published binary rejects bad arguments in one line before doing anything.
public sealed class BadArgumentsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("no-such-command", "no-such-command")]
    [InlineData("load --no-such-option", "--no-such-option")]
    [InlineData("contest --duration 1s", "--duration")]
    [InlineData("load ftp://127.0.0.1:1", "'ftp://127.0.0.1:1'")]
    [InlineData("load --connections 0", "--connections")]
    [InlineData("load -c 20001", "'20001'")]
    [InlineData("load -c 1 -c 2", "'-c'")]
    [InlineData("load --duration 10", "--duration")]
    [InlineData("load --rate 0", "--rate")]
    [InlineData("load -r 1000001", "'1000001'")]
    [InlineData("load -r NaN", "'NaN'")]
    [InlineData("load --iterations 0", "--iterations")]
    [InlineData("load -n 9223372036854775808", "'9223372036854775808'")]
    [InlineData("load --mix 1:2", "--mix")]
    [InlineData("contest --seed 2147483648", "--seed")]
    [InlineData("load --output xml", "xml")]
    [InlineData("load --find-max", "--slo")]
    [InlineData("load --slo p99=10ms", "--find-max")]
    [InlineData("load --find-max --slo p99=10ms --rate 5", "--rate")]
    [InlineData("load --find-max --slo p99=10ms --check", "--check")]
    [InlineData("load --find-max --slo p99=10ms --retry", "--retry")]
    [InlineData("load --find-max --slo p99=10ms --max-failed 1%", "--max-failed")]
    [InlineData("load --max-failed some", "--max-failed")]
    [InlineData("load --fail-if p99>10", "--fail-if")]
    [InlineData("load --fail-if p98>10ms", "'p98>10ms'")]
    [InlineData("load --fail-if failed>10ms", "--fail-if")]
    [InlineData("load --fail-if p99>10ms --fail-if transfer.p99>10ms", "'transfer.p99>10ms'")]
    [InlineData("load http://127.0.0.1:1 --insecure", "--insecure")]
    [InlineData("compare no-such-baseline", "after")]
    [InlineData("compare no-such-baseline x", "no-such-baseline")]
    [InlineData("load --database x.db", "--check")]
    [InlineData("load --check --database postgres://h", "--database")]
    [InlineData("load --save-baseline ../x", "../x")]
    [InlineData("load --baseline no-such-baseline", "no-such-baseline")]
    [InlineData("load --fail-on-regression", "--baseline")]
    [InlineData("load --noise-threshold 2", "--noise-threshold")]
    [InlineData("load --noise-threshold 101%", "'101%'")]
    [InlineData("top", "--sockets")]
    [InlineData("top --sockets /tmp --cgroup /tmp", "--cgroup")]
    [InlineData("top --sockets /tmp --count x", "--count")]
    public void Bad_arguments_exit_with_2_and_one_line_that_names_them(string arguments, string named)
    {
        var exit = LoadTester.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, exit.Code);
        Assert.Empty(exit.Output);
        Assert.StartsWith("Rinha.LoadTest: ", exit.Error, StringComparison.Ordinal);
        Assert.Equal(exit.Error.Length - 1, exit.Error.IndexOf('\n', StringComparison.Ordinal));
        Assert.Contains(named, exit.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("load")]
    [InlineData("contest")]
    public void Help_lists_every_option_and_exits_with_0(string command)
    {
        var exit = LoadTester.Run(command, "--help");

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        string[] common = ["url", "--seed", "--quiet", "--output", "--output-file", "--limits"];
        string[] load =
        [
            "--connections", "--duration", "--rate", "--warm-up", "--timeout", "--mix", "--iterations", "--find-max",
            "--slo", "--check", "--database", "--keys", "--retry", "--save-baseline", "--baseline", "--noise-threshold",
            "--fail-on-regression", "--max-failed", "--fail-if", "--insecure",
        ];
        string[] contest = ["--short", "--wait-validations"];
        Assert.All([.. common, .. command == "load" ? load : contest], name =>
            Assert.Contains(name, exit.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("load")]
    [InlineData("contest")]
    public void Without_a_server_it_exits_with_1_and_says_how_to_start_one(string command)
    {
        var url = Targets.UnusedUrl();

        var exit = LoadTester.Run(command, url);

        Assert.Equal((1, ""), (exit.Code, exit.Output));
        Assert.Equal(
            $"Rinha.LoadTest: no server answers at {url}; start one with: ./rinha run --detach\n", exit.Error);
    }
}
