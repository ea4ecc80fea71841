using System.Globalization;
using Rinha.LoadTest.Journey;

namespace Rinha.LoadTest.Output.Charts;

/// <summary>The charts of a journey: a bar for each stage, in the order of the journey.</summary>
internal static class JourneyCharts
{
    // As the parts of a stage are in JourneyTables.
    private static readonly string[] s_partStyles = ["s-rate", "s-p90", "s-max", "s-p99"];

    /// <summary>Every chart that there is something for.</summary>
    public static IEnumerable<BarChart> All(JourneyReport report)
    {
        if (JourneyTables.Has(report, JourneyReport.Closed))
        {
            var who = $"{report.Connections} connections that wait for their answers";
            yield return Single(
                report, JourneyReport.Closed, ("chart-rate", "Requests per second", who, "s-rate"),
                result => result.Summary.Rate, now => now.Rate, Figures.Rate, Figures.RateTick);
            yield return Latency(
                report, JourneyReport.Closed, ("chart-p50", "Median latency", who, "s-p90"),
                latency => latency.P50, now => now.P50);
            yield return Latency(
                report, JourneyReport.Closed, ("chart-p99", "99th percentile", who, "s-p99"),
                latency => latency.P99, now => now.P99);
            yield return Cpu(report);
        }

        if (JourneyTables.Has(report, JourneyReport.Open))
        {
            yield return Latency(
                report, JourneyReport.Open,
                ("chart-open", "99th percentile at a fixed rate",
                    $"{report.Rate} requests/s, from the intended send times", "s-p99"),
                latency => latency.P99, now => now.P99);
        }

        if (JourneyTables.Has(report, JourneyReport.Simulation))
        {
            yield return Latency(
                report, JourneyReport.Simulation,
                ("chart-simulation", "99th percentile in the simulation", "official, in its short form", "s-p99"),
                latency => latency.P99, now => now.P99);
        }
    }

    private static BarChart Latency(
        JourneyReport report,
        string load,
        (string Id, string Title, string Subtitle, string Style) words,
        Func<TurnLatency, double> figure,
        Func<LoadMedians, double> median) =>
        Single(report, load, words, result => figure(result.Latency), median, Figures.Duration, Figures.DurationTick);

    private static BarChart Single(
        JourneyReport report,
        string load,
        (string Id, string Title, string Subtitle, string Style) words,
        Func<TurnResult, double> figure,
        Func<LoadMedians, double> median,
        Func<double, string> text,
        Func<double, string> tick)
    {
        var bars = new List<ChartBar>();
        foreach (var stage in report.Stages)
        {
            if (stage.Under(load) is { } medians)
            {
                var (height, dots) = (
                    median(medians),
                    stage.Turns.Where(turn => turn.Load == load).Select(turn => figure(turn.Report)).ToList());
                var turns = string.Join(", ", dots.Select(text));
                var hint = $"{stage.Name}: {text(height)} of {turns}";
                bars.Add(new ChartBar(stage.Name, text(height), [(height, words.Style)], dots, hint));
            }
        }

        return new BarChart
        {
            Id = words.Id,
            Title = words.Title,
            Subtitle = words.Subtitle + "; bar: median, dots: the turns",
            Y = AxisScale.Linear(bars.SelectMany(bar => bar.Dots).DefaultIfEmpty().Max(), tick),
            Bars = bars,
        };
    }

    private static BarChart Cpu(JourneyReport report)
    {
        var bars = new List<ChartBar>();
        foreach (var stage in report.Stages)
        {
            if (stage.Under(JourneyReport.Closed) is { } medians)
            {
                var parts = JourneyTables.ByPart(medians.CpuUs)
                    .Select((value, part) => (Value: value ?? 0, Style: s_partStyles[part]))
                    .ToList();
                var words = parts.Select((part, at) => $"{JourneyTables.Parts[at]} {Microseconds(part.Value)}");
                var label = Microseconds(parts.Sum(part => part.Value));
                bars.Add(new ChartBar(
                    stage.Name, label, parts, [], $"{stage.Name}: {label}: {string.Join(", ", words)}"));
            }
        }

        return new BarChart
        {
            Id = "chart-cpu",
            Title = "CPU time per request",
            Subtitle = $"{report.Connections} connections that wait for their answers; medians of each part",
            Y = AxisScale.Linear(bars.Max(bar => bar.Height), Microseconds),
            Bars = bars,
            Legend = [.. JourneyTables.Parts.Zip(s_partStyles)],
        };
    }

    private static string Microseconds(double us) => us.ToString("0.#", CultureInfo.InvariantCulture) + "µs";
}
