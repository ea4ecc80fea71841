using Rinha.Stack;

namespace Rinha.Cli;

/// <summary>
/// <c>smoke</c>: credits, debits and statements at full speed, one run after the other. With bombardier where it is
/// (scripts/bombardier.sh), otherwise with the load tester, which reads the bodies too.
/// </summary>
internal sealed class SmokeVerb
{
    private const string Bombardier = "bombardier";
    private const string LoadTester = "rinha";

    private static readonly (string Name, string Mix)[] s_runs =
        [("credits", "0:1:0"), ("debits", "1:0:0"), ("statements", "0:0:1")];

    private readonly Option<string> _url = new("--url")
    {
        Description = "The server; it gets transactions (default: http://127.0.0.1:9999).",
        DefaultValueFactory = _ => "http://127.0.0.1:9999",
    };

    private readonly Option<string?> _with = new Option<string?>("--with")
    {
        Description = "bombardier, or rinha for the load tester (default: bombardier where it is found).",
    }.AcceptOnlyFromAmong(Bombardier, LoadTester);

    private readonly Option<int> _connections = Arguments.Number(
        "--connections", 14, 1, 20_000, "Requests in flight at once", "-c");

    private readonly Option<int> _seconds = Arguments.Number("--duration", 10, 1, 3600, "Seconds of one run", "-d");

    private readonly Option<int> _rate = Arguments.Number(
        "--rate", 0, 0, 1_000_000, "Requests per second; 0 for as many as go");

    private readonly Option<string?> _only = new Option<string?>("--only")
    {
        Description = "One run: credits, debits or statements.",
    }.AcceptOnlyFromAmong([.. s_runs.Select(run => run.Name)]);

    private readonly Option<string?> _json = new("--json") { Description = "The results as JSON, to this file." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the command lines." };

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command(
            "smoke",
            "Send credits, debits and statements at full speed. Exit status 1 when an answer was not 200 or, for a " +
            "debit, 422.")
        { _url, _with, _connections, _seconds, _rate, _only, _json, _dryRun };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var tool = parsed.GetValue(_with) ?? (HasBombardier() ? Bombardier : LoadTester);
        return tool == Bombardier ? RunBombardier(parsed) : RunLoadTester(parsed);
    }

    // Debian's package of this name is a game: only what calls itself the load tester is one.
    private static bool HasBombardier() =>
        Environment.GetEnvironmentVariable("BOMBARDIER") is { Length: > 0 }
        || (Tool.Find(Bombardier) is { } found
            && Tool.Run(["timeout", "5", found, "--version"]) is var version
            && (version.Output + version.Error).Contains("bombardier version", StringComparison.Ordinal));

    private int RunBombardier(ParseResult parsed)
    {
        List<string> command =
        [
            Repository.PathOf("scripts", "bombardier.sh"), parsed.GetRequiredValue(_url), "-c",
            Text(parsed.GetValue(_connections)), "-d", Text(parsed.GetValue(_seconds)),
        ];
        command.AddRange(parsed.GetValue(_rate) is > 0 and var rate ? ["--rate", Text(rate)] : []);
        command.AddRange(parsed.GetValue(_only) is { } only ? ["--only", only] : []);
        command.AddRange(parsed.GetValue(_json) is { } json ? ["--json", Path.GetFullPath(json)] : []);
        command.AddRange(parsed.GetValue(_dryRun) ? ["--dry-run"] : []);
        return Foreground.Run(command);
    }

    private int RunLoadTester(ParseResult parsed)
    {
        var runs = s_runs.Where(run => parsed.GetValue(_only) is not { } only || run.Name == only).ToList();
        var commands = runs.ConvertAll(run => CommandOf(parsed, run.Mix));
        if (parsed.GetValue(_dryRun))
        {
            commands.ForEach(command => Console.WriteLine(string.Join(' ', command)));
            return Exit.Success;
        }

        Foreground.PublishLoadTester();
        Console.WriteLine("run         requests/s   p50 ms   p99 ms   max ms  answers");
        var results = runs.Zip(commands, (run, command) => new SmokeResult(run.Name, command)).ToList();
        if (parsed.GetValue(_json) is { } file)
        {
            WriteJson(file, results);
        }

        var wrong = results.Count(result => !result.IsRight);
        return wrong == 0
            ? Exit.Success
            : Exit.Say($"{wrong} of {results.Count} runs went wrong", Exit.Failure);
    }

    private List<string> CommandOf(ParseResult parsed, string mix)
    {
        string[] rate = parsed.GetValue(_rate) is > 0 and var perSecond ? ["-r", Text(perSecond)] : [];
        return
        [
            Repository.LoadTester, "load", parsed.GetRequiredValue(_url), "-c",
            Text(parsed.GetValue(_connections)), "-d", Text(parsed.GetValue(_seconds)) + "s", "--mix", mix,
            .. rate, "--quiet", "-o", "json",
        ];
    }

    private static void WriteJson(string file, List<SmokeResult> results)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("tool", LoadTester);
        json.WriteStartArray("runs");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            json.WriteBoolean("ok", result.IsRight);
            json.WritePropertyName("report");
            result.Report.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One run of the load tester, shown as it ends.</summary>
    private sealed class SmokeResult
    {
        private const double MillisecondsPerSecond = 1000;

        public SmokeResult(string name, IReadOnlyList<string> command)
        {
            Name = name;
            var ended = Tool.Run(command);
            if (!ended.Succeeded)
            {
                throw new StackException($"{name}: {ended.LastLine}");
            }

            Report = JsonDocument.Parse(ended.Output).RootElement;
            var summary = Report.GetProperty("summary");
            var statuses = summary.GetProperty("statuses").EnumerateObject()
                .ToDictionary(status => status.Name, status => status.Value.GetInt64());
            IsRight = summary.GetProperty("failed").GetInt64() == 0 && statuses.Values.Sum() > 0
                && statuses.Keys.All(status => status == "200" || (status == "422" && name == "debits"));
            var answers = string.Join(' ', statuses.Select(status => $"{status.Key}={status.Value}"));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-11} {summary.GetProperty("rate").GetDouble(),10:F0} {Milliseconds("p50"),8:F2} " +
                $"{Milliseconds("p99"),8:F2} {Milliseconds("max"),8:F2}  {answers}{(IsRight ? "" : "  WRONG")}"));
        }

        public string Name { get; }

        public JsonElement Report { get; }

        public bool IsRight { get; }

        private double Milliseconds(string member) =>
            Report.GetProperty("latency").GetProperty(member).GetDouble() * MillisecondsPerSecond;
    }
}
