using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Top;

internal sealed record TopReading(double AtSeconds, IReadOnlyList<ProcessReading> Processes);

internal sealed record ProcessReading(string Name, string State, Scrape? Scrape, CgroupReading? Cgroup)
{
    public const string Up = "up";

    public const string Down = "down";

    public const string NoMetrics = "-";
}

// Samples a running stack: the APIs' metrics over their sockets, and every process's cgroup. Blocks its caller.
// names: the processes; those named api… have metrics.
internal sealed class StackSource(IReadOnlyList<string> names, string sockets, IReadOnlyList<string> cgroups)
{
    private const string BadMetrics = "no metrics";

    // A hung instance must not delay the others' samples for long.
    private static readonly TimeSpan s_scrapeTimeout = TimeSpan.FromMilliseconds(400);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public TopReading Read() => new(_clock.Elapsed.TotalSeconds, [.. names.Select(Read)]);

    private ProcessReading Read(string name)
    {
        var cgroup = cgroups.Count == 3
            ? new Cgroup([.. cgroups.Select(directory => Path.Combine(directory, name))]).Read()
            : null;
        var (state, scrape) = name.StartsWith("api", StringComparison.Ordinal)
            ? ReadMetrics(SocketOf(name))
            : (ProcessReading.NoMetrics, null);
        return new ProcessReading(name, state, scrape, cgroup);
    }

    // A socket for the metrics alone, behind a layer-4 proxy.
    private string SocketOf(string name) =>
        Path.Combine(sockets, name + "-metrics.sock") is var own && File.Exists(own)
            ? own
            : Path.Combine(sockets, name + ".sock");

    private static (string State, Scrape? Scrape) ReadMetrics(string socket)
    {
        if (!Target.TryParse("unix:" + socket, out var target, out _))
        {
            return (ProcessReading.Down, null);
        }

        var answer = RawAnswer.Ask(target, "GET", "/metrics", timeout: s_scrapeTimeout);
        return answer.Status switch
        {
            0 => (ProcessReading.Down, null),
            200 when Scrape.TryParse(answer.Body, out var scrape) => (ProcessReading.Up, scrape),
            _ => (BadMetrics, null),
        };
    }
}

// A process's cgroup. Version 1 has a directory per controller; for version 2 all three are the same.
internal sealed class Cgroup(IReadOnlyList<string> directories)
{
    // Version 1 reports "no limit" as the largest number of pages.
    private const long UnlimitedBytes = long.MaxValue / 2;

    private readonly string _cpu = directories[0];
    private readonly string _accounting = directories[1];
    private readonly string _memory = directories[2];

    // Tries both versions' files for each value.
    public CgroupReading Read()
    {
        var (cpu, memory) = (ReadKeyValues(_cpu, "cpu.stat"), ReadKeyValues(_memory, "memory.stat"));
        var quota = (string?[]?)Text(_cpu, "cpu.max")?.Split(' ')
            ?? [Text(_cpu, "cpu.cfs_quota_us"), Text(_cpu, "cpu.cfs_period_us")];
        var bytes = Number(Text(_memory, "memory.current")) ?? Number(Text(_memory, "memory.usage_in_bytes"));
        var limit = Number(Text(_memory, "memory.max")) ?? Number(Text(_memory, "memory.limit_in_bytes"));
        return new CgroupReading(
            Find(cpu, "usage_usec") / 1e6 ?? Number(Text(_accounting, "cpuacct.usage")) / 1e9,
            Number(quota[0]) is > 0 and var microseconds ? (double?)microseconds / Number(quota[1]) : null,
            Find(cpu, "nr_periods"),
            Find(cpu, "nr_throttled"),
            bytes - (Find(memory, "total_inactive_file") ?? Find(memory, "inactive_file") ?? 0),
            limit < UnlimitedBytes ? limit : null);
    }

    private static Dictionary<string, string> ReadKeyValues(string directory, string file) =>
        (Text(directory, file) ?? "").Split('\n')
            .Select(line => line.Split(' '))
            .Where(words => words.Length == 2)
            .ToDictionary(words => words[0], words => words[1]);

    private static long? Find(Dictionary<string, string> values, string name) =>
        Number(values.GetValueOrDefault(name));

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string? Text(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file)).TrimEnd();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

// A sample of a process's cgroup; null if the kernel does not report the value.
// Periods: elapsed quota periods in which the process was runnable.
// MemoryBytes: in use, without the page cache that the kernel can reclaim at once.
internal sealed record CgroupReading(
    double? CpuSeconds,
    double? CpuLimit,
    long? Periods,
    long? ThrottledPeriods,
    long? MemoryBytes,
    long? MemoryLimitBytes);

// The metrics of one instance at one moment.
internal sealed partial class Scrape
{
    private readonly Dictionary<string, MetricSeries> _byKey = [];
    private readonly ILookup<string, MetricSeries> _byName;

    private Scrape(IEnumerable<MetricSeries> series)
    {
        foreach (var item in series)
        {
            _byKey[item.Key] = item;
        }

        _byName = _byKey.Values.ToLookup(item => item.Name);
    }

    // Parses Prometheus's text format: name{label="value",…} number; # starts a comment.
    public static bool TryParse(string text, [NotNullWhen(true)] out Scrape? scrape)
    {
        var series = new List<MetricSeries>();
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line is not ("" or ['#', ..])))
        {
            var match = Line().Match(line);
            var (names, values) = (match.Groups[2].Captures, match.Groups[3].Captures);
            if (!double.TryParse(match.Groups[4].Value, CultureInfo.InvariantCulture, out var value))
            {
                scrape = null;
                return false;
            }

            var labels = names.Zip(values).ToDictionary(pair => pair.First.Value, pair => pair.Second.Value);
            series.Add(new MetricSeries(match.Groups[1].Value, labels, value));
        }

        scrape = new Scrape(series);
        return true;
    }

    public IEnumerable<MetricSeries> Named(string name) => _byName[name];

    public double? Value(string name)
    {
        var series = _byName[name];
        return series.Any() ? series.Sum(item => item.Value) : null;
    }

    public double ValueOf(MetricSeries series) => _byKey.TryGetValue(series.Key, out var own) ? own.Value : 0;

    // Whether the process has restarted since: a counter decreased.
    public bool HasRestartedBefore(Scrape later) => _byKey.Values
        .Any(own => own.IsCounter && later._byKey.TryGetValue(own.Key, out var now) && now.Value < own.Value);

    [GeneratedRegex("""^([^{\s]+)(?:\{(?:(\w+)="([^"]*)",?)*\})?\s+(\S+)$""")]
    private static partial Regex Line();
}

internal sealed record MetricSeries(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string Key { get; } = Name + string.Concat(Labels
        .OrderBy(label => label.Key, StringComparer.Ordinal)
        .Select(label => $"\n{label.Key}={label.Value}"));

    public bool IsCounter =>
        Name.EndsWith("_total", StringComparison.Ordinal)
        || Name.EndsWith("_bucket", StringComparison.Ordinal)
        || Name.EndsWith("_count", StringComparison.Ordinal);

    public string Label(string name) => Labels.GetValueOrDefault(name, "");
}

// The changes between two scrapes. After a restart counters start at 0; what the old process counted last is lost.
internal sealed class ScrapeInterval(Scrape earlier, Scrape later)
{
    private readonly bool _hasRestarted = earlier.HasRestartedBefore(later);

    public double Increase(string name, Func<MetricSeries, bool>? isWanted = null) =>
        later.Named(name).Where(isWanted ?? (_ => true)).Sum(Increase);

    public Buckets Observations(string name, Func<MetricSeries, bool>? isWanted = null) => new(
        later.Named(name + "_bucket").Where(isWanted ?? (_ => true))
            .Select(series => (series.Label("le"), Increase(series))));

    private double Increase(MetricSeries series) =>
        Math.Max(0, series.Value - (_hasRestarted ? 0 : earlier.ValueOf(series)));
}

// A histogram's observations during an interval: cumulative counts by upper bound.
internal sealed class Buckets
{
    private readonly SortedDictionary<double, double> _upTo = [];

    public Buckets(IEnumerable<(string Bound, double Count)> counts)
        : this(counts.Select(count => (
            count.Bound == "+Inf" ? double.PositiveInfinity : double.Parse(count.Bound, CultureInfo.InvariantCulture),
            count.Count)))
    {
    }

    private Buckets(IEnumerable<(double Bound, double Count)> counts)
    {
        foreach (var (bound, count) in counts)
        {
            _upTo[bound] = _upTo.GetValueOrDefault(bound) + count;
        }
    }

    public double Count => _upTo.Count > 0 ? _upTo.Values.Last() : 0;

    public static Buckets Sum(IEnumerable<Buckets> all) =>
        new(all.SelectMany(buckets => buckets._upTo).Select(pair => (pair.Key, pair.Value)));

    // Like Prometheus's histogram_quantile: interpolates within a bucket; above the last finite bound, returns that.
    public double? Quantile(double share)
    {
        var rank = share * Count;
        var (below, lower) = (0.0, 0.0);
        foreach (var (bound, upTo) in _upTo)
        {
            if (upTo > below && upTo >= rank)
            {
                return double.IsPositiveInfinity(bound)
                    ? lower
                    : lower + ((bound - lower) * Math.Max(0, rank - below) / (upTo - below));
            }

            (below, lower) = (upTo, double.IsPositiveInfinity(bound) ? lower : bound);
        }

        return null;
    }
}
