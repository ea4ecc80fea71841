using Rinha.Stack;

namespace Rinha.Cli;

// smoke: runs credits, debits and statements at full speed, one after the other, with bombardier if installed
// (scripts/bombardier.sh), otherwise with the load tester, which also checks the bodies.
internal static class SmokeVerb
{
    private const string Bombardier = "bombardier";
    private const string LoadTester = "rinha";

    private static readonly (string Name, string Mix)[] s_runs =
        [("credits", "0:1:0"), ("debits", "1:0:0"), ("statements", "0:0:1")];

    private static readonly Argument<string?> s_url = new("url")
    {
        Description = "The server, which will receive transactions (default: the running stack).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> s_data = ServerChoice.Data();

    private static readonly Option<string?> s_with = Arguments.Text(
        "--with", "bombardier, or rinha for the load tester (default: bombardier if installed).")
        .AcceptOnlyFromAmong(Bombardier, LoadTester);

    private static readonly Option<int> s_connections = Arguments.Number(
        "--connections", 14, 1, 20_000, "Requests in flight", "-c");

    private static readonly Option<int> s_seconds = Arguments.Number(
        "--duration", 10, 1, 3600, "Seconds per run", "-d");

    private static readonly Option<int> s_rate = Arguments.Number(
        "--rate", 0, 0, 1_000_000, "Requests per second; 0 for full speed");

    private static readonly Option<string?> s_only = Arguments.Text("--only", "Run only credits, debits or statements.")
        .AcceptOnlyFromAmong([.. s_runs.Select(run => run.Name)]);

    private static readonly Option<string?> s_json = Arguments.Text("--json", "Write JSON results to this file.");
    private static readonly Option<bool> s_dryRun = Arguments.Flag("--dry-run", "Print the command lines only.");

    public static Command Create() => Arguments.Verb(
        "smoke",
        "Send credits, debits and statements at full speed. Exit status 1 when an answer was not 200 or, for a " +
        "debit, 422.",
        parsed => ServerChoice.Run(parsed.GetValue(s_url), parsed.GetValue(s_data), url => Run(parsed, url)),
        s_url, s_data, s_with, s_connections, s_seconds, s_rate, s_only, s_json, s_dryRun);

    private static int Run(ParseResult parsed, string url)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length > 0)
        {
            throw new UsageException("a URL with a user or a password cannot be loaded");
        }

        if (!parsed.GetValue(s_dryRun))
        {
            Console.Error.WriteLine($"rinha: posts transactions to the ledger of {url}");
        }

        return (parsed.GetValue(s_with) ?? (HasBombardier() ? Bombardier : LoadTester)) == Bombardier
            ? RunBombardier(parsed, url)
            : RunLoadTester(parsed, url);
    }

    // Debian's package bombardier is a game; only the HTTP client prints this version line.
    private static bool HasBombardier() =>
        Environment.GetEnvironmentVariable("BOMBARDIER") is { Length: > 0 }
        || (Tool.Find(Bombardier) is { } found
            && Tool.Run(["timeout", "5", found, "--version"]) is var version
            && (version.Output + version.Error).Contains("bombardier version", StringComparison.Ordinal));

    private static int RunBombardier(ParseResult parsed, string url)
    {
        // The script runs in the repository's directory.
        string[] json = parsed.GetValue(s_json) is { } file ? ["--json", Path.GetFullPath(file)] : [];
        return Foreground.Run(
        [
            Repository.PathOf("scripts", "bombardier.sh"), url, "-c", $"{parsed.GetValue(s_connections)}", "-d",
            $"{parsed.GetValue(s_seconds)}",
            .. parsed.GetValue(s_rate) > 0 ? parsed.Given(s_rate) : [], .. parsed.Given(s_only, s_dryRun), .. json,
        ]);
    }

    private static int RunLoadTester(ParseResult parsed, string url)
    {
        var runs = s_runs.Where(run => parsed.GetValue(s_only) is not { } only || run.Name == only).ToList();
        string[] rate = parsed.GetValue(s_rate) is > 0 and var perSecond ? ["-r", $"{perSecond}"] : [];
        var commands = runs.ConvertAll(run => (string[])
        [
            Repository.LoadTester, "load", url, "-c", $"{parsed.GetValue(s_connections)}", "-d",
            $"{parsed.GetValue(s_seconds)}s", "--mix", run.Mix, .. rate, "--quiet", "-o", "json",
        ]);
        if (parsed.GetValue(s_dryRun))
        {
            commands.ForEach(command => Console.WriteLine(string.Join(' ', command)));
            return Exit.Success;
        }

        Foreground.PublishLoadTester();
        Console.WriteLine("run         requests/s   p50 ms   p99 ms   max ms  answers");
        var results = runs.Zip(commands, (run, command) => Measure(run.Name, command)).ToList();
        if (parsed.GetValue(s_json) is { } file)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(
                new { Tool = LoadTester, Runs = results }, JsonSerializerOptions.Web));
        }

        var wrong = results.Count(result => !result.Ok);
        return wrong == 0
            ? Exit.Success
            : Exit.Report($"{wrong} of {results.Count} runs failed", Exit.Failure);
    }

    private static Result Measure(string name, IReadOnlyList<string> command)
    {
        // Failed requests, too, exit with 1, after the report.
        var run = Tool.Run(command);
        var report = JsonDocument.Parse(run.Output.Length > 0 ? run.Output : run.OrThrow(name).Output).RootElement;
        var summary = report.GetProperty("summary");
        var statuses = summary.GetProperty("statuses").EnumerateObject()
            .ToDictionary(status => status.Name, status => status.Value.GetInt64());
        var isRight = summary.GetProperty("failed").GetInt64() == 0 && statuses.Values.Sum() > 0
            && statuses.Keys.All(status => status == "200" || (status == "422" && name == "debits"));
        var answers = string.Join(' ', statuses.Select(status => $"{status.Key}={status.Value}"));
        double Milliseconds(string member) => report.GetProperty("latency").GetProperty(member).GetDouble() * 1000;
        Console.WriteLine(
            $"{name,-11} {summary.GetProperty("rate").GetDouble(),10:F0} {Milliseconds("p50"),8:F2} " +
            $"{Milliseconds("p99"),8:F2} {Milliseconds("max"),8:F2}  {answers}{(isRight ? "" : "  WRONG")}");
        return new Result(name, isRight, report);
    }

    private sealed record Result(string Name, bool Ok, JsonElement Report);
}
