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
        return report.Schema == RunReport.CurrentSchema
            ? report
            : throw new JsonException($"its schema is {report.Schema}, not {RunReport.CurrentSchema}");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(FailureKindConverter)])]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;

internal sealed class FailureKindConverter()
    : JsonStringEnumConverter<FailureKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

// Named runs to compare later ones with: JSON reports, one file each, in one directory.
public static class Baselines
{
    public const string DefaultDirectory = ".rinha/baselines";

    internal const string RateMetric = "rate";
    internal const string SuccessMetric = "success";
    private const int NameCharsMax = 100;
    private const string Worse = "worse";
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

    public static bool TryLoad(
        string name,
        [NotNullWhen(true)] out RunReport? report,
        [NotNullWhen(false)] out string? problem,
        string directory = DefaultDirectory)
    {
        report = null;
        if (!IsValidName(name))
        {
            problem = InvalidName(name);
            return false;
        }

        var path = PathOf(name, directory);
        if (!File.Exists(path))
        {
            problem = $"no baseline '{name}' in {directory}" + Others(directory);
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

    public static BaselineReport Compare(RunReport current, RunReport saved, string name, double noiseThreshold)
    {
        var (now, before) = (current.Latency, saved.Latency);
        BaselineComparison[] comparisons =
        [
            HigherIsBetter(RateMetric, saved.Summary.Rate, current.Summary.Rate, noiseThreshold),
            LowerIsBetter("p50", before.P50, now.P50, noiseThreshold),
            LowerIsBetter("p90", before.P90, now.P90, noiseThreshold),
            LowerIsBetter("p99", before.P99, now.P99, noiseThreshold),
            LowerIsBetter("p99.9", before.P999, now.P999, noiseThreshold),
            LowerIsBetter("max", before.Max, now.Max, noiseThreshold),
            HigherIsBetter(SuccessMetric, saved.Summary.SuccessShare, current.Summary.SuccessShare, noiseThreshold),
        ];
        var report = new BaselineReport(
            name, noiseThreshold, comparisons, false, RunCharts.CompleteSeconds(saved), before.Distribution);
        return report with { Regressed = Regressions(report).Any() };
    }

    internal static IEnumerable<BaselineComparison> Regressions(BaselineReport baseline) =>
        baseline.Comparisons.Where(metric => metric.Verdict == Worse && s_gatingMetrics.Contains(metric.Metric));

    private static BaselineComparison HigherIsBetter(string metric, double before, double now, double noise) =>
        new(metric, before, now, Ratio(before, now), Verdict(now, before, noise));

    // A latency of 0 means a run without answers; its rate and success already show that, so it gets no verdict.
    private static BaselineComparison LowerIsBetter(string metric, double before, double now, double noise) => new(
        metric, before, now, Ratio(before, now), before <= 0 || now <= 0 ? Same : Verdict(-now, -before, noise));

    // JSON has no infinity: dividing by 0 gives 0, or 1 if both are 0.
    private static double Ratio(double before, double now) => before > 0 ? now / before : now > 0 ? 0 : 1;

    private static string Verdict(double now, double before, double noise)
    {
        var margin = Math.Abs(before) * noise;
        return now < before - margin ? Worse : now > before + margin ? "better" : Same;
    }

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
