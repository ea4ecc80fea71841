using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// Writes and reads the JSON report; docs/load-report.md describes the format.
public static class JsonReport
{
    // The relaxed encoder keeps débito and µ readable; the document is never embedded in HTML.
    internal static ReportJsonContext Context { get; } = new(
        new JsonSerializerOptions(ReportJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
        });

    public static void Write(RunReport report, Stream stream)
    {
        JsonSerializer.Serialize(stream, report, Context.RunReport);
        stream.WriteByte((byte)'\n');
    }

    public static RunReport Read(Stream stream)
    {
        var report = JsonSerializer.Deserialize(stream, Context.RunReport)
            ?? throw new JsonException("the document is null");
        return report.Schema is RunReport.CurrentSchema or RunReport.EarlierSchema
            ? report
            : throw new JsonException($"its schema is {report.Schema}, not {RunReport.CurrentSchema}");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(FailureKindConverter), typeof(ThresholdUnitConverter)])]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;

internal sealed class FailureKindConverter()
    : JsonStringEnumConverter<FailureKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

internal sealed class ThresholdUnitConverter()
    : JsonStringEnumConverter<ThresholdUnit>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

// Named runs to compare later ones with: JSON reports, one file each, in one directory.
public static class Baselines
{
    public const string DefaultDirectory = ".rinha/baselines";

    internal const string RateMetric = "rate";
    internal const string SuccessMetric = "success";
    internal const string Better = "better";
    internal const string Worse = "worse";
    internal const string Unknown = "unknown";
    private const int NameCharsMax = 100;
    private const string Same = "same";

    // p99.9 and max are compared but never fail a run: they depend on a handful of requests, and one pause of the
    // machine moves them past any sensible threshold.
    private static readonly string[] s_gatingMetrics = [RateMetric, "p50", "p90", "p99", SuccessMetric];

    public static bool IsValidName(string name) =>
        name.Length is > 0 and <= NameCharsMax
        && name[0] != '.'
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');

    public static string Save(RunReport report, string name, string directory = DefaultDirectory)
    {
        var path = PathOf(name, directory);
        Directory.CreateDirectory(directory);
        // Write, then rename: an interrupted save leaves the old baseline intact.
        var temporary = path + ".new";
        using (var file = File.Create(temporary))
        {
            JsonReport.Write(report with { Baseline = null }, file);
        }

        File.Move(temporary, path, overwrite: true);
        return path;
    }

    // name: a saved run's, or the path of a report, with a slash or ending in .json.
    public static bool TryLoad(
        string name,
        [NotNullWhen(true)] out RunReport? report,
        [NotNullWhen(false)] out string? problem,
        string directory = DefaultDirectory)
    {
        report = null;
        var isFile = name.Contains('/') || name.EndsWith(".json", StringComparison.Ordinal);
        if (!isFile && !IsValidName(name))
        {
            problem = InvalidName(name);
            return false;
        }

        var path = isFile ? name : PathOf(name, directory);
        if (!isFile && !File.Exists(path))
        {
            problem = $"no baseline '{name}' in {directory}" + Others(directory);
            return false;
        }

        if (Directory.Exists(path))
        {
            problem = $"{path} is a directory; expected a JSON report (-o json writes one)";
            return false;
        }

        try
        {
            using var file = File.OpenRead(path);
            report = JsonReport.Read(file);
            problem = null;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            problem = $"{path} is not a readable report: {Format.OneLine(exception.Message, 200)}";
            return false;
        }
    }

    // noise: changes up to this share are noise; null to derive it from the spread of both runs.
    public static BaselineReport Compare(
        RunReport current, RunReport saved, string name, double? noise, bool failsRun = false)
    {
        double? NoiseOf(Func<SecondReport, double>? figure) =>
            noise ?? (figure is null ? null : Noise.Of(saved, current, figure));
        BaselineComparison OfLatency(string metric, Func<SecondReport, double>? figure = null)
        {
            var of = LatencyReport.Figure(metric)!;
            var (before, now) = (of(saved.Latency), of(current.Latency));
            // A latency of 0 means a run without answers; its rate and success already show that.
            return before <= 0 || now <= 0
                ? new(metric, before, now, Ratio(before, now), Same)
                : Judge(metric, before, now, NoiseOf(figure), isHigherBetter: false);
        }

        BaselineComparison[] comparisons =
        [
            Judge(
                RateMetric,
                saved.Summary.Rate,
                current.Summary.Rate,
                NoiseOf(second => second.Completed),
                isHigherBetter: true),
            OfLatency("p50", second => RunCharts.OrGap(second.P50)),
            OfLatency("p90", second => RunCharts.OrGap(second.P90)),
            OfLatency("p99", second => RunCharts.OrGap(second.P99)),
            OfLatency("p99.9"),
            OfLatency("max"),
            Judge(
                SuccessMetric,
                saved.Summary.SuccessShare,
                current.Summary.SuccessShare,
                NoiseOf(second => (double)second.Completed / (second.Completed + second.Failed)),
                isHigherBetter: true),
        ];
        var report = new BaselineReport(
            name, noise, comparisons, false, RunCharts.CompleteSeconds(saved), saved.Latency.Distribution, failsRun);
        return report with { Regressed = Gating(report, Worse).Any() };
    }

    // The metrics with this verdict that can fail a run.
    internal static IEnumerable<string> Gating(BaselineReport baseline, string verdict) =>
        from comparison in baseline.Comparisons
        where comparison.Verdict == verdict && s_gatingMetrics.Contains(comparison.Metric)
        select comparison.Metric;

    private static BaselineComparison Judge(
        string metric, double before, double now, double? noise, bool isHigherBetter)
    {
        var gain = isHigherBetter ? now - before : before - now;
        var verdict = (noise ?? (Math.Min(before, now) <= 0 ? 0 : null)) is not { } share ? Unknown
            : Math.Abs(gain) <= before * share ? Same
            : gain > 0 ? Better
            : Worse;
        return new BaselineComparison(metric, before, now, Ratio(before, now), verdict, noise);
    }

    // JSON has no infinity: dividing by 0 gives 0, or 1 if both are 0.
    private static double Ratio(double before, double now) => before > 0 ? now / before : now > 0 ? 0 : 1;

    private static string PathOf(string name, string directory) => IsValidName(name)
        ? Path.Combine(directory, name + ".json")
        : throw new ArgumentException(InvalidName(name), nameof(name));

    private static string InvalidName(string name) =>
        $"'{Format.OneLine(name, NameCharsMax)}' is not a valid baseline name: use letters, digits, '-', '_' and '.', "
        + "and no leading dot";

    private static string Others(string directory)
    {
        var names = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, "*.json").Select(Path.GetFileNameWithoutExtension).Order().ToArray()
            : [];
        return names.Length == 0 ? "" : "; existing: " + string.Join(", ", names);
    }
}
