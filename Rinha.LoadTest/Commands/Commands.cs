using System.CommandLine;
using Rinha.LoadTest.Check;
using Rinha.LoadTest.Contest;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Top;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Commands;

// The load verb: parses its options, then runs a load, a correctness run or a search for the highest rate.
internal sealed class LoadCommand
{
    private const int ConnectionsDefault = 14;
    private const int CheckConnectionsDefault = 64;
    private const int ConnectionsMax = 20_000;

    private static readonly TimeSpan s_durationDefault = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_shortDurationDefault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_retryFor = TimeSpan.FromSeconds(30);

    private readonly Option<bool> _insecure = Arguments.Insecure();
    private readonly Argument<Target> _url;
    private readonly Option<int> _connections = Arguments.Number(
        "--connections", "-c", ConnectionsDefault, 1, ConnectionsMax, "Concurrent connections.");
    private readonly Option<TimeSpan> _duration = Arguments.Duration(
        "--duration", "-d", s_durationDefault, "Measured time; 10s by default for --check and each --find-max step.");

    private readonly Option<double?> _rate = Arguments.Rate();
    private readonly Option<TimeSpan> _warmUp = Arguments.Duration(
        "--warm-up", "-w", TimeSpan.Zero, "Time to run before measuring.");
    private readonly Option<TimeSpan> _timeout = Arguments.Duration(
        "--timeout", "-t", TimeSpan.FromSeconds(10), "Request timeout.");
    private readonly Option<Mix> _mix = Arguments.Mix();
    private readonly Option<int> _seed = Arguments.Number(
        "--seed", null, 1, 0, int.MaxValue, "Seed of the request sequence; equal seeds send equal requests.");
    private readonly Option<int> _accounts = Arguments.Number(
        "--accounts", null, RequestSequence.Clients, 1, 1_000_000, "Use accounts 1 to this number.");
    private readonly Option<int> _amount = Arguments.Number(
        "--amount", null, 0, 0, int.MaxValue, "Cents per transaction; 0 for random amounts from 1 to 10000.");

    private readonly Option<bool> _close = Arguments.Plain<bool>("--close", "Open a new connection for each request.");
    private readonly Option<int> _iterations = Arguments.Number(
        "--iterations", "-n", 0, 1, int.MaxValue, "Stop after this many requests.");
    private readonly Option<bool> _findMax = Arguments.Plain<bool>(
        "--find-max", "Search for the highest rate that meets --slo.");
    private readonly Option<Objective?> _objective = Arguments.Objective();
    private readonly Option<bool> _check = Arguments.Plain<bool>(
        "--check", "Test correctness: every answer, read-your-writes, and the final ledger.");
    private readonly Option<string?> _database = Arguments.Plain<string?>(
        "--database", "The ledger for --check to read directly: a SQLite file or postgres://user@host/name.");
    private readonly Option<bool> _keys = Arguments.Plain<bool>(
        "--keys", "Send a unique Idempotency-Key with each transaction.");
    private readonly Option<bool> _retry = Arguments.Plain<bool>(
        "--retry", "Retry failed requests and 5xx for up to 30s, under the same key (implies --keys).");

    private readonly Option<Threshold?> _maxFailed = Arguments.MaxFailed();
    private readonly Option<Threshold[]> _failIf = Arguments.FailIf();

    private readonly BaselineOptions _baseline = new();
    private readonly ReportOptions _report = new();

    public LoadCommand() => _url = Arguments.Url(_insecure);

    public Command Create() => Arguments.Command(
        "load",
        "Load a server, whose ledger gets transactions, and report latencies, statuses and failures. Exit status 1 " +
        "if a request failed.",
        Run,
        [_url],
        [
            _insecure, _connections, _duration, _rate, _warmUp, _timeout, _mix, _accounts, _amount, _close, _seed,
            _iterations, _findMax, _objective, _check, _database, _keys, _retry, _maxFailed, _failIf,
            .. _baseline.All, .. _report.All,
        ]);

    private int Run(ParseResult parsed)
    {
        if (FindConflict(parsed) is { } conflict)
        {
            return Exit.UsageError(conflict);
        }

        if (!_baseline.TryLoad(parsed, out var saved, out var error))
        {
            return Exit.UsageError(error!);
        }

        var target = parsed.GetRequiredValue(_url);
        if (Exit.Unreachable(target) is { } status)
        {
            return status;
        }

        var mix = parsed.GetValue(_mix)!;
        if (mix.Total > mix.Statements || parsed.GetValue(_check))
        {
            _report.Announce(parsed, target);
        }

        var environment = _report.Environment(parsed, target.Url);
        var report = _report.Watch(parsed, (control, snapshotsPerSecond) => Run(
            parsed, target, control, new LoadSession(target, environment, control, snapshotsPerSecond), out error));
        if (report is null)
        {
            return Exit.Fail(error ?? "the run produced no report");
        }

        report = _baseline.Apply(parsed, report, saved);
        if (report.FindMax is null)
        {
            Threshold[] thresholds = [parsed.GetValue(_maxFailed) ?? Threshold.NoFailure, .. parsed.GetValue(_failIf)!];
            report = report with { Thresholds = [.. thresholds.Select(threshold => threshold.Judge(report))] };
        }

        return _report.Finish(parsed, report, ReportBuilder.Of(report));
    }

    private string? FindConflict(ParseResult parsed)
    {
        var (isSearch, isCheck) = (parsed.GetValue(_findMax), parsed.GetValue(_check));
        var database = parsed.GetValue(_database);
        if (isSearch != parsed.GetValue(_objective) is not null)
        {
            return "--find-max and --slo require each other";
        }

        if (isSearch && (parsed.GetValue(_rate) is not null || isCheck))
        {
            return "--find-max excludes --rate and --check";
        }

        if (isSearch && (IsGiven(parsed, _maxFailed) || IsGiven(parsed, _failIf)))
        {
            return "--find-max excludes --max-failed and --fail-if";
        }

        if (isSearch && parsed.GetValue(_retry))
        {
            return "--find-max needs to see failures, which --retry hides";
        }

        if (database is not null && PostgresUrl.HasScheme(database) && !PostgresUrl.TryParse(database, out _))
        {
            return "--database: expected postgres://user:password@host:port/name or a file";
        }

        return database is null || isCheck ? null : "--database requires --check";
    }

    private RunReport? Run(
        ParseResult parsed, Target target, RunControl control, LoadSession session, out string? error)
    {
        error = null;
        var options = Options(parsed);
        if (parsed.GetValue(_objective) is { } objective)
        {
            return new FindMaxSession(step => session.Run(step), control, objective).Run(options);
        }

        return parsed.GetValue(_check)
            ? new CheckSession(target, session, LedgerSource(parsed.GetValue(_database))).Run(options, out error)
            : session.Run(options);
    }

    private static ILedgerSource? LedgerSource(string? database) => database switch
    {
        null => null,
        _ when PostgresUrl.TryParse(database, out var url) => new PostgresLedgerSource(url),
        _ => new SqliteLedgerSource(database),
    };

    private LoadOptions Options(ParseResult parsed)
    {
        var isCheck = parsed.GetValue(_check);
        var isShort = isCheck || parsed.GetValue(_findMax);
        int? iterations = parsed.GetValue(_iterations) is > 0 and var number ? number : null;
        var duration = IsGiven(parsed, _duration) || !isShort ? parsed.GetValue(_duration) : s_shortDurationDefault;
        return new LoadOptions
        {
            Connections = isCheck && !IsGiven(parsed, _connections)
                ? CheckConnectionsDefault
                : parsed.GetValue(_connections),
            Duration = iterations is not null && !IsGiven(parsed, _duration) ? null : duration,
            Iterations = iterations,
            Rate = parsed.GetValue(_rate),
            WarmUp = parsed.GetValue(_warmUp),
            Mix = parsed.GetValue(_mix)!,
            Accounts = parsed.GetValue(_accounts),
            AmountCents = parsed.GetValue(_amount) is > 0 and var amount ? amount : null,
            ConnectionPerRequest = parsed.GetValue(_close),
            Seed = parsed.GetValue(_seed),
            RequestTimeout = parsed.GetValue(_timeout),
            Keys = parsed.GetValue(_keys),
            RetryFor = parsed.GetValue(_retry) ? s_retryFor : null,
        };
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}

// Compares two saved reports, offline.
internal sealed class CompareCommand
{
    private readonly Argument<string> _before = Arguments.Saved("before");
    private readonly Argument<string> _after = Arguments.Saved("after");
    private readonly BaselineOptions _baseline = new();
    private readonly ReportOptions _report = new();

    public Command Create() => Arguments.Command(
        "compare",
        "Compare two saved reports: the ratio of every figure, and whether it is beyond the noise.",
        Run,
        [_before, _after],
        [.. _baseline.Judging, .. _report.Output]);

    private int Run(ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_before);
        if (!Baselines.TryLoad(name, out var before, out var error)
            || !Baselines.TryLoad(parsed.GetRequiredValue(_after), out var after, out error))
        {
            return Exit.UsageError(error);
        }

        after = _baseline.Compare(parsed, after with { Thresholds = null }, before, name);
        return _report.Finish(parsed, after, ReportBuilder.OfComparison(before, after));
    }
}

internal sealed class ContestCommand
{
    private readonly Option<bool> _insecure = Arguments.Insecure();
    private readonly Argument<Target> _url;
    private readonly Option<bool> _short = Arguments.Plain<bool>("--short", "Validations, then only a 20 s ramp.");
    private readonly Option<bool> _wait = Arguments.Plain<bool>(
        "--wait-validations", "Start the load after all validations; officially it waits for the 404 check only.");

    private readonly Option<int> _seed = Arguments.Number(
        "--seed", null, 1, 0, int.MaxValue, "Seed for clients, amounts and texts.");

    private readonly ReportOptions _report = new();

    public ContestCommand() => _url = Arguments.Url(_insecure);

    public Command Create() => Arguments.Command(
        "contest",
        "Run the contest's official simulation on a server, whose ledger gets transactions, and score it.",
        Run,
        [_url],
        [_insecure, _short, _wait, _seed, .. _report.All]);

    private int Run(ParseResult parsed)
    {
        var target = parsed.GetRequiredValue(_url);
        if (Exit.Unreachable(target) is { } status)
        {
            return status;
        }

        // Tens of thousands of posts would spoil a bank that is in use.
        if (ContestSession.HasTransactions(target))
        {
            return Exit.UsageError($"the ledger of {target.Url} has transactions; the simulation needs an empty one");
        }

        _report.Announce(parsed, target);
        var options = new ContestOptions(
            parsed.GetValue(_short) ? ContestSchedule.Short : ContestSchedule.Official,
            parsed.GetValue(_wait),
            parsed.GetValue(_seed));
        var environment = _report.Environment(parsed, target.Url);
        var report = _report.Watch(parsed, (control, snapshotsPerSecond) =>
            ContestSession.Run(target, options, environment, control, snapshotsPerSecond));
        return _report.Finish(parsed, report, ReportBuilder.Of(report));
    }
}

internal sealed class TopCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Option<string> _sockets = new("--sockets")
    {
        Description = "Directory of the APIs' sockets.",
        Required = true,
    };
    private readonly Option<string[]> _cgroups = new("--cgroup")
    {
        Description = "The stack's cgroup directories: CPU, accounting, memory, in this order.",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string[]> _processes = new("--process")
    {
        Description = "Name of a process of the stack (repeatable); those named api… have metrics.",
        DefaultValueFactory = _ => ["api01", "api02", "nginx"],
    };

    private readonly Option<int> _count = Arguments.Number(
        "--count", null, 0, 0, int.MaxValue, "Stop after this many seconds; 0 for never.");

    public Command Create() => Arguments.Command(
        "top",
        "Show a running stack, second by second (started by ./rinha top).",
        Run,
        [],
        [_sockets, _cgroups, _processes, _count]);

    private int Run(ParseResult parsed)
    {
        var cgroups = parsed.GetRequiredValue(_cgroups);
        if (cgroups.Length is not (0 or 3))
        {
            return Exit.UsageError($"--cgroup: expected three directories or none, not {cgroups.Length}");
        }

        var source = new StackSource(parsed.GetRequiredValue(_processes), parsed.GetRequiredValue(_sockets), cgroups);
        var first = source.Read();
        if (first.Processes.All(process => process.State is ProcessReading.Down or ProcessReading.NoMetrics))
        {
            return Exit.Fail($"no API answers in {parsed.GetRequiredValue(_sockets)}; see ./rinha status");
        }

        var view = new TopView(source.Read, parsed.GetValue(_count), s_interval);
        if (UnixTerminal.CanShow)
        {
            view.Show(new UnixTerminal());
        }
        else
        {
            view.Write(Console.Out);
        }

        return Exit.Success;
    }
}
