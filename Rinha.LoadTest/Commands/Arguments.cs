using System.CommandLine;
using System.CommandLine.Parsing;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Commands;

// Builds options and arguments with parsers; each reports bad input in one line.
internal static class Arguments
{
    private const string DefaultUrl = "http://127.0.0.1:9999";

    private delegate bool Reader<T>(string text, out T? value);

    public static Command Command(
        string name,
        string help,
        Func<ParseResult, int> run,
        IEnumerable<Argument> arguments,
        IEnumerable<Option> options)
    {
        var command = new Command(name, help);
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }

        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(run);
        return command;
    }

    public static Argument<Target> Url(Option<bool> insecure)
    {
        Target Parse(ArgumentResult result)
        {
            var url = result.Tokens.Count > 0 ? result.Tokens[0].Value : DefaultUrl;
            if (!Target.TryParse(url, out var target, out var error, result.GetValue(insecure)))
            {
                result.AddError(error);
            }

            return target!;
        }

        return new Argument<Target>("url")
        {
            Description = "Server URL: http://host:port, https://host:port or unix:/path.",
            DefaultValueFactory = Parse,
            CustomParser = Parse,
        };
    }

    public static Option<bool> Insecure() =>
        Plain<bool>("--insecure", "Accept any certificate of an https server, such as a self-signed one.");

    public static Argument<string> Saved(string name) => new(name)
    {
        Description = "A JSON report's file, or the name of a saved baseline.",
    };

    public static Option<T> Plain<T>(string name, string help, params string[] aliases) =>
        new(name, aliases) { Description = help };

    public static Option<TimeSpan> Duration(string name, string alias, TimeSpan fallback, string help) =>
        Read<TimeSpan>(
            new(name, alias) { Description = help, DefaultValueFactory = _ => fallback },
            DurationText.TryParse,
            "a duration such as 500ms, 30s or 2m");

    public static Option<int> Number(string name, string? alias, int fallback, int min, int max, string help) =>
        Read(
            new(name, alias is null ? [] : [alias]) { Description = help, DefaultValueFactory = _ => fallback },
            (string text, out int value) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
                && value >= min && value <= max,
            $"a whole number from {min} to {max}");

    public static Option<double?> Rate() => Read(
        new("--rate", "-r")
        {
            Description = "Open loop: requests per second on a fixed schedule; latencies count from the schedule.",
        },
        (string text, out double? value) =>
        {
            const double rateMax = 1_000_000;
            var read = double.TryParse(
                text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
            value = number;
            return read && number is > 0 and <= rateMax;
        },
        "requests per second, at most a million");

    public static Option<Mix> Mix() => Read<Mix>(
        new("--mix")
        {
            Description = "Weights of debits:credits:statements; 'original' for 32:1:1.",
            DefaultValueFactory = _ => Run.Mix.Contest,
        },
        Run.Mix.TryParse,
        "weights such as 22:11:1, or original");

    // Parses 2% as 0.02.
    public static Option<double?> Percentage(string name, string help) => Read(
        new(name) { Description = help },
        (string text, out double? value) =>
        {
            var read = double.TryParse(
                text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent);
            value = percent / 100;
            return read && text.EndsWith('%') && value <= 1;
        },
        "a share such as 2%");

    public static Option<Objective?> Objective() => Read<Objective?>(
        new("--slo")
        {
            Description = "Latency for --find-max, as p99=10ms: mean, p50, p75, p90, p95, p99, p99.9, p99.99, max.",
        },
        Run.Objective.TryParse,
        "a target such as p99=10ms");

    public static Option<Threshold?> MaxFailed() => Read<Threshold?>(
        new("--max-failed")
        {
            Description = "Failed requests to tolerate, as a count or a share such as 0.1%; by default none.",
        },
        (string text, out Threshold? value) => Threshold.TryParse($"failed > {text}", out value),
        "a count or a share such as 0.1%");

    public static Option<Threshold[]> FailIf() => new("--fail-if")
    {
        Description = $"Exit with 1 if this holds, such as {Threshold.Examples}; repeatable. Metrics: rate, failed, " +
            "mean, p50, p90, p95, p99, p99.9, max.",
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var thresholds = new List<Threshold>();
            foreach (var text in result.Tokens.Select(token => token.Value))
            {
                if (!Threshold.TryParse(text, out var threshold))
                {
                    result.AddError($"--fail-if: expected a condition such as {Threshold.Examples}, not '{text}'");
                    break;
                }

                thresholds.Add(threshold);
            }

            return [.. thresholds];
        },
    };

    private static Option<T> Read<T>(Option<T> option, Reader<T> read, string expected)
    {
        option.CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!read(text, out var value))
            {
                result.AddError($"{option.Name}: expected {expected}, not '{text}'");
            }

            return value;
        };
        return option;
    }
}

// Exit codes: 0 success, 1 a failure was found, 2 bad command line.
internal static class Exit
{
    public const int Success = 0;

    private const int Failure = 1;
    private const int BadArguments = 2;

    public static int UsageError(string reason) => Print(reason, BadArguments);

    public static int Fail(string reason) => Print(reason, Failure);

    // Null if the target can be loaded.
    public static int? Unreachable(Target target) =>
        !target.Answers() ? Fail($"no server answers at {target.Url}; start one with: ./rinha run --detach")
        : target.FindTlsProblem() is { } problem ? Fail(problem)
        : null;

    private static int Print(string reason, int code)
    {
        Console.Error.WriteLine($"Rinha.LoadTest: {reason.ReplaceLineEndings(" ")}");
        return code;
    }
}
