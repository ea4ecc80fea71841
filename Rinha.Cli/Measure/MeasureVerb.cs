using Rinha.Stack;
using Rinha.Stack.Builds;

namespace Rinha.Cli.Measure;

/// <summary>
/// <c>measure</c>: two or more ways to run the bank against each other, in alternation, so that what changes on the
/// machine changes for all of them.
/// </summary>
internal sealed class MeasureVerb
{
    private const int FirstPort = 19_999;

    private readonly Argument<string[]> _subjects = new("subjects")
    {
        Description = """
            Two or more of: stack (the bank as it is), floor (its proxy and limits, answering a constant), the name of a
            stack or of a split, NAME=VALUE (a setting of the servers, such as RINHA_SYNCHRONOUS=FULL), grown (a file
            with many transactions), one (asked for one account), million (a file with a million accounts, all
            asked for),
            server (the build of --server). Default: stack floor.
            """,
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _stack = Arguments.Stack();
    private readonly Option<string> _split = Arguments.Split();
    private readonly Option<string?> _server = new("--server") { Description = "Another build of the server." };

    private readonly Option<string> _load = new Option<string>("--load")
    {
        Description = "What is asked for: the contest's mix, debits that are refused, statements, or the mix with a " +
            "connection for each request.",
        DefaultValueFactory = _ => MeasureLoad.Mix,
    }.AcceptOnlyFromAmong(MeasureLoad.Mix, "refused", "statements", "connections");

    private readonly Option<int> _connections = Arguments.Number(
        "--connections", 14, 1, 20_000, "Requests in flight at once", "-c");

    private readonly Option<int> _seconds = Arguments.Number("--duration", 10, 1, 3600, "Seconds of one turn", "-d");
    private readonly Option<int> _rounds = Arguments.Number("--rounds", 5, 1, 1000, "Turns of each");

    private readonly Option<int> _transactions = Arguments.Number(
        "--transactions", 10_000_000, 1, 999_999_999, "How many the file of 'grown' holds at the start");

    private readonly Option<string?> _json = new("--json")
    {
        Description = "Every round and the medians, to this file.",
    };

    private readonly Option<double> _minRatio = new("--min-ratio")
    {
        Description = "Exit status 1 when the first one's requests/s over another's are below this.",
    };

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command(
            "measure",
            "Compare stacks, splits, settings, ledgers or builds: rates, latencies, and CPU of each process.")
        {
            _subjects, _stack, _split, _server, _load, _connections, _seconds, _rounds, _transactions, _json, _minRatio,
        };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var layout = StackLayout.Choose(parsed.GetRequiredValue(_stack), parsed.GetRequiredValue(_split));
        var server = parsed.GetValue(_server) is { } path ? Path.GetFullPath(path) : null;
        var names = parsed.GetValue(_subjects) is { Length: > 0 } given
            ? given
            : [MeasureSubject.Plain, server is null ? MeasureSubject.Floor : MeasureSubject.Other];
        var subjects = names.Select(name => MeasureSubject.Parse(name, layout, server)).ToList();
        if (names.Length < 2 || names.Distinct().Count() < names.Length)
        {
            throw new UsageException($"two or more different subjects are compared, not: {string.Join(' ', names)}");
        }

        var load = new MeasureLoad(
            parsed.GetRequiredValue(_load), parsed.GetValue(_connections), parsed.GetValue(_seconds));
        Foreground.PublishLoadTester();
        new Publisher(Console.Error.WriteLine).Publish(Repository.Server);
        var report = Measure(subjects, load, parsed.GetValue(_rounds), parsed.GetValue(_transactions));
        report.WriteTable();
        if (parsed.GetValue(_json) is { } file)
        {
            report.WriteJson(file);
        }

        return report.LowestRatio < parsed.GetValue(_minRatio)
            ? throw new StackException(string.Create(
                CultureInfo.InvariantCulture,
                $"{names[0]} has {report.LowestRatio:F3} of another's requests/s, " +
                $"less than {parsed.GetValue(_minRatio)}"))
            : Exit.Success;
    }

    // All are up all the time, on the disk that the repository is on: one that waits costs nothing.
    private static MeasureReport Measure(List<MeasureSubject> subjects, MeasureLoad load, int rounds, int transactions)
    {
        var scratch = Repository.PathOf("artifacts", "measure");
        var stacks = subjects.Select((subject, index) => (
            Subject: subject,
            Data: new DataDirectory(Path.Combine(scratch, $"{index + 1}")),
            Port: FirstPort - index)).ToList();
        var report = new MeasureReport(load, subjects);
        using var cleanUp = new CleanUp(() =>
        {
            stacks.ForEach(stack => End(stack.Data));
            if (Directory.Exists(scratch))
            {
                Directory.Delete(scratch, recursive: true);
            }
        });
        foreach (var (subject, data, port) in stacks)
        {
            End(data);
            subject.Start(data, port, load, transactions);
        }

        // Round 0 warms up and is not kept: after it, each client has the transactions for a whole statement.
        for (var round = 0; round <= rounds; round++)
        {
            var turn = round == 0
                ? new MeasureLoad(MeasureLoad.Mix, load.Connections, Math.Min(load.Seconds, 2))
                : load;
            foreach (var (subject, data, port) in stacks)
            {
                var figures = MeasureTurn.Take(data, port, turn, subject.Accounts);
                if (round > 0)
                {
                    report.Add(subject, figures);
                }
            }
        }

        return report;
    }

    private static void End(DataDirectory data)
    {
        if (StackInstance.Read(data) is not null)
        {
            StopVerb.Stop(data, _ => { });
        }
    }
}
