namespace Rinha.Cli.Measure;

// Collects the rounds and reports medians, and the ratios of the first subject to every other one.
internal sealed class MeasureReport(MeasureLoad load, IReadOnlyList<MeasureSubject> subjects)
{
    private const string Rate = "requestsPerSecond";
    private const string P99 = "p99Ms";

    private readonly Dictionary<string, List<IReadOnlyDictionary<string, double>>> _rounds =
        subjects.ToDictionary(subject => subject.Name, _ => new List<IReadOnlyDictionary<string, double>>());

    // The lowest ratio of the first subject's rate to another's.
    public double LowestRatio => Others.Min(other => Ratio(Rate, other));

    private IEnumerable<string> Others => subjects.Skip(1).Select(subject => subject.Name);

    public void Add(MeasureSubject subject, IReadOnlyDictionary<string, double> metrics)
    {
        _rounds[subject.Name].Add(metrics);
        Console.Error.WriteLine(
            $"round {_rounds[subject.Name].Count}  {subject.Name,-24} {metrics[Rate],8:F0} requests/s  " +
            $"p99 {metrics[P99]:F2} ms");
    }

    public void WriteTable()
    {
        Console.WriteLine(
            $"{"median",-24} {"requests/s",11} {"p50 ms",8} {"p99 ms",8} {"p99.9 ms",9} {"max ms",8} {"failed",8}");
        foreach (var name in subjects.Select(subject => subject.Name))
        {
            Console.WriteLine(
                $"{name,-24} {Median(name, Rate),11:F0} {Median(name, "p50Ms"),8:F2} {Median(name, P99),8:F2} " +
                $"{Median(name, "p999Ms"),9:F2} {Median(name, "maxMs"),8:F2} " +
                $"{_rounds[name].Sum(round => round["failed"]),8:F0}");
        }

        Console.WriteLine();
        foreach (var subject in subjects)
        {
            var name = subject.Name;
            Console.WriteLine($"{name,-24} " + string.Join("  ", subject.Layout.Processes.Select(process =>
                $"{process} {Median(name, process + "CpuUs"):F1} us, " +
                $"{Median(name, process + "Throttled"):F0} throttled, " +
                $"{Median(name, process + "ResidentMiB"):F0} MiB")));
        }

        Console.WriteLine(
            "us: CPU time per request; throttled: 100 ms periods with an exhausted quota; failed: over all rounds");
        foreach (var other in Others)
        {
            Console.WriteLine(
                $"{subjects[0].Name} / {other}: {Ratio(Rate, other):F3} in requests/s, {Ratio(P99, other):F3} in p99 " +
                $"({load.Name}, {load.Connections} connections)");
        }
    }

    public void WriteJson(string file) => File.WriteAllText(file, JsonSerializer.Serialize(
        new
        {
            Load = load.Name,
            load.Connections,
            load.Seconds,
            Subjects = subjects.Select(subject => new
            {
                subject.Name,
                Stack = subject.Layout.Name,
                subject.Layout.Split,
                Median = _rounds[subject.Name][0].Keys.ToDictionary(
                    metric => metric, metric => Median(subject.Name, metric)),
                Rounds = _rounds[subject.Name],
            }),
            Ratios = Others.Select(other => new
            {
                First = subjects[0].Name,
                Second = other,
                RequestsPerSecond = Ratio(Rate, other),
                P99Ms = Ratio(P99, other),
            }),
        },
        JsonSerializerOptions.Web));

    private double Ratio(string metric, string other) => Median(subjects[0].Name, metric) / Median(other, metric);

    private double Median(string subject, string metric)
    {
        var values = _rounds[subject].Select(round => round[metric]).Order().ToList();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
