using Rinha.Stack;
using Rinha.Stack.Builds;

namespace Rinha.Cli.Measure;

// measure: compares two or more ways to run the bank. The subjects alternate, so that drift of the machine affects all
// of them alike.
internal static class MeasureVerb
{
    private const int FirstPort = 19_999;

    private static readonly Argument<string[]> s_subjects = new("subjects")
    {
        Description = """
            Two or more of: stack (the bank as it is), floor (its proxy and limits with constant answers), the name of a
            stack or split, NAME=VALUE (a server setting, such as RINHA_SYNCHRONOUS=FULL), grown (a file with many
            transactions), one (load on one account), million (load on a million accounts), server (the build of
            --server). Default: stack floor.
            """,
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> s_stack = Arguments.Stack();
    private static readonly Option<string> s_split = Arguments.Split();
    private static readonly Option<string?> s_server = Arguments.Text("--server", "Another server binary.");

    private static readonly Option<string> s_load = new Option<string>("--load")
    {
        Description = "The load: the contest's mix, debits that are refused, statements, or the mix with a " +
            "connection per request.",
        DefaultValueFactory = _ => MeasureLoad.Mix,
    }.AcceptOnlyFromAmong(MeasureLoad.Mix, "refused", "statements", "connections");

    private static readonly Option<int> s_connections = Arguments.Number(
        "--connections", 14, 1, 20_000, "Requests in flight", "-c");

    private static readonly Option<int> s_seconds = Arguments.Number(
        "--duration", 10, 1, 3600, "Seconds per round", "-d");

    private static readonly Option<int> s_rounds = Arguments.Number("--rounds", 5, 1, 1000, "Rounds per subject");

    private static readonly Option<int> s_transactions = Arguments.Number(
        "--transactions", 10_000_000, 1, 999_999_999, "Transactions in the file of 'grown'");

    private static readonly Option<string?> s_json = Arguments.Text(
        "--json", "Write every round and the medians to this file.");

    private static readonly Option<double> s_minRatio = new("--min-ratio")
    {
        Description = "Exit status 1 when the ratio of the first subject's requests/s to another's is below this.",
    };

    public static Command Create() => Arguments.Verb(
        "measure",
        "Compare stacks, splits, settings, ledgers or builds: rates, latencies and CPU per process.",
        Run,
        s_subjects, s_stack, s_split, s_server, s_load, s_connections, s_seconds, s_rounds, s_transactions, s_json,
        s_minRatio);

    private static int Run(ParseResult parsed)
    {
        var layout = StackLayout.Choose(parsed.GetRequiredValue(s_stack), parsed.GetRequiredValue(s_split));
        var server = parsed.GetValue(s_server) is { } path ? Path.GetFullPath(path) : null;
        var names = parsed.GetValue(s_subjects) is { Length: > 0 } given
            ? given
            : [MeasureSubject.Plain, server is null ? MeasureSubject.Floor : MeasureSubject.OtherServer];
        var subjects = names.Select(name => MeasureSubject.Parse(name, layout, server)).ToList();
        if (names.Length < 2 || names.Distinct().Count() < names.Length)
        {
            throw new UsageException($"expected two or more different subjects, not: {string.Join(' ', names)}");
        }

        var load = new MeasureLoad(
            parsed.GetRequiredValue(s_load), parsed.GetValue(s_connections), parsed.GetValue(s_seconds));
        Foreground.PublishLoadTester();
        new Publisher(Console.Error.WriteLine).Publish(Repository.Server);
        var report = Measure(subjects, load, parsed.GetValue(s_rounds), parsed.GetValue(s_transactions));
        report.WriteTable();
        if (parsed.GetValue(s_json) is { } file)
        {
            report.WriteJson(file);
        }

        return report.LowestRatio < parsed.GetValue(s_minRatio)
            ? throw new StackException(
                $"{names[0]} reaches {report.LowestRatio:F3} of another's requests/s, " +
                $"less than {parsed.GetValue(s_minRatio)}")
            : Exit.Success;
    }

    // All stacks run throughout, on the repository's disk: an idle one costs nothing.
    private static MeasureReport Measure(List<MeasureSubject> subjects, MeasureLoad load, int rounds, int transactions)
    {
        var scratch = Repository.PathOf("artifacts", "measure");
        var stacks = subjects.Select((subject, index) => (
            Subject: subject,
            Data: new DataDirectory(Path.Combine(scratch, $"{index + 1}")),
            Port: FirstPort - index)).ToList();
        var report = new MeasureReport(load, subjects);
        void Remove()
        {
            foreach (var data in stacks.Select(stack => stack.Data).Where(data => StackInstance.Read(data) is not null))
            {
                StopVerb.Stop(data, _ => { });
            }

            Files.DeleteTrees(scratch);
        }

        Remove(); // What an earlier, killed run left.
        using var cleanUp = new CleanUp(Remove);
        foreach (var (subject, data, port) in stacks)
        {
            subject.Start(data, port, load, transactions);
        }

        // Round 0 warms up: after it, each account has enough transactions for a full statement.
        for (var round = 0; round <= rounds; round++)
        {
            var roundLoad = round == 0
                ? new MeasureLoad(MeasureLoad.Mix, load.Connections, Math.Min(load.Seconds, 2))
                : load;
            foreach (var (subject, data, port) in stacks)
            {
                var metrics = subject.Measure(data, port, roundLoad);
                if (round > 0)
                {
                    report.Add(subject, metrics);
                }
            }
        }

        return report;
    }
}
