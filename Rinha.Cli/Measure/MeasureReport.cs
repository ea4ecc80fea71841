namespace Rinha.Cli.Measure;

/// <summary>What was measured: every round, the medians, and the first subject's over each other's.</summary>
internal sealed class MeasureReport(MeasureLoad load, IReadOnlyList<MeasureSubject> subjects)
{
    private const string Rate = "requestsPerSecond";
    private const string P99 = "p99Ms";

    /// <summary>The names of latencies here, in milliseconds, and in the load tester's report, in seconds.</summary>
    public static readonly IReadOnlyList<(string Name, string Member)> Latencies =
        [("p50Ms", "p50"), (P99, "p99"), ("p999Ms", "p999"), ("maxMs", "max")];

    private readonly Dictionary<string, List<IReadOnlyDictionary<string, double>>> _rounds =
        subjects.ToDictionary(subject => subject.Name, _ => new List<IReadOnlyDictionary<string, double>>());

    /// <summary>The lowest of the first subject's rates over another's.</summary>
    public double LowestRatio => subjects.Skip(1).Min(other => Ratio(Rate, other.Name));

    public static string CpuOf(string process) => process + "CpuUs";

    public static string ThrottledOf(string process) => process + "Throttled";

    public static string MemoryOf(string process) => process + "ResidentMiB";

    /// <summary>Keeps a round, and shows it.</summary>
    public void Add(MeasureSubject subject, IReadOnlyDictionary<string, double> figures)
    {
        _rounds[subject.Name].Add(figures);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"round {_rounds[subject.Name].Count}  {subject.Name,-24} {figures[Rate],8:F0} requests/s  " +
            $"p99 {figures[P99]:F2} ms"));
    }

    /// <summary>The medians and the ratios.</summary>
    public void WriteTable()
    {
        Line("{0,-24} {1,11} {2,8} {3,8} {4,9} {5,8} {6,8}",
            "median", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "failed");
        foreach (var name in subjects.Select(subject => subject.Name))
        {
            Line("{0,-24} {1,11:F0} {2,8:F2} {3,8:F2} {4,9:F2} {5,8:F2} {6,8:F0}",
                name, Median(name, Rate), Median(name, "p50Ms"), Median(name, P99), Median(name, "p999Ms"),
                Median(name, "maxMs"), _rounds[name].Sum(round => round["failed"]));
        }

        Console.WriteLine();
        foreach (var subject in subjects)
        {
            Line("{0,-24} {1}", subject.Name, string.Join("  ", Processes(subject).Select(process => string.Create(
                CultureInfo.InvariantCulture,
                $"{process} {Median(subject.Name, CpuOf(process)):F1} us, " +
                $"{Median(subject.Name, ThrottledOf(process)):F0} throttled, " +
                $"{Median(subject.Name, MemoryOf(process)):F0} MiB"))));
        }

        Console.WriteLine(
            "us: CPU time per request; throttled: periods of 100 ms with the quota used up; failed: of all rounds");
        foreach (var other in subjects.Skip(1).Select(subject => subject.Name))
        {
            Line("{0} / {1}: {2:F3} in requests/s, {3:F3} in p99 ({4}, {5} connections)",
                subjects[0].Name, other, Ratio(Rate, other), Ratio(P99, other), load.Name, load.Connections);
        }
    }

    /// <summary>All of it.</summary>
    public void WriteJson(string file)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("load", load.Name);
        json.WriteNumber("connections", load.Connections);
        json.WriteNumber("seconds", load.Seconds);
        json.WriteStartArray("subjects");
        foreach (var subject in subjects)
        {
            var rounds = _rounds[subject.Name];
            json.WriteStartObject();
            json.WriteString("name", subject.Name);
            json.WriteString("stack", subject.Layout.Name);
            json.WriteString("split", subject.Layout.Split);
            json.WritePropertyName("median");
            Write(json, rounds[0].Keys.Select(name => KeyValuePair.Create(name, Median(subject.Name, name))));
            json.WriteStartArray("rounds");
            rounds.ForEach(round => Write(json, round));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("ratios");
        foreach (var other in subjects.Skip(1).Select(subject => subject.Name))
        {
            json.WriteStartObject();
            json.WriteString("first", subjects[0].Name);
            json.WriteString("second", other);
            json.WriteNumber(Rate, Ratio(Rate, other));
            json.WriteNumber(P99, Ratio(P99, other));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<string> Processes(MeasureSubject subject) => subject.Name == MeasureSubject.Floor
        ? subject.Layout.Processes.Where(process => process != StackLayout.Database)
        : subject.Layout.Processes;

    private static void Write(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, double>> figures)
    {
        json.WriteStartObject();
        foreach (var (name, value) in figures)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
    }

    private static void Line(string format, params object?[] values) =>
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, format, values));

    private double Ratio(string figure, string other) => Median(subjects[0].Name, figure) / Median(other, figure);

    private double Median(string subject, string figure)
    {
        var values = _rounds[subject].Select(round => round[figure]).Order().ToList();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
