using System.Globalization;
using Rinha.LoadTest.Journey;

namespace Rinha.LoadTest.Output;

/// <summary>The tables of a journey: the same in the terminal and on the page.</summary>
internal static class JourneyTables
{
    /// <summary>The parts of a stage, in the order of a request; SQLite is no part of its own.</summary>
    public static readonly IReadOnlyList<string> Parts = ["proxy", "api01", "api02", "db"];

    // Of the column before: how many times as much as in the stage before.
    private const string ToBefore = "to before";

    private const string Nothing = "–";

    /// <summary>Every table that there is something for, but the claims.</summary>
    public static IEnumerable<JourneyTable> Measured(JourneyReport report)
    {
        if (Has(report, JourneyReport.Closed))
        {
            var title = $"{report.Connections} connections that wait for their answers";
            yield return Load(
                report, JourneyReport.Closed, title + Turns(report, JourneyReport.Closed), withRate: true);
        }

        if (Has(report, JourneyReport.Open))
        {
            var title = $"{report.Rate} requests/s, from the intended send times{Turns(report, JourneyReport.Open)}";
            yield return Load(report, JourneyReport.Open, title, withRate: false);
        }

        if (Has(report, JourneyReport.Simulation))
        {
            yield return Simulation(report);
        }

        foreach (var load in new[] { JourneyReport.Closed, JourneyReport.Open }.Where(load => Has(report, load)))
        {
            yield return Cpu(report, load);
        }

        yield return Memory(report);
    }

    /// <summary>What was claimed, and what was found.</summary>
    public static JourneyTable Claimed(JourneyReport report) => new(
        "claims",
        "What the design that this one comes from says, and what was found",
        ["", "claimed", "found"],
        [.. Claims.Of(report).Select(claim => (IReadOnlyList<string>)[claim.What, claim.Claimed, claim.Found])]);

    /// <summary>The component's place in a stage, whatever its name.</summary>
    public static string PartOf(string component) => Parts.Contains(component) ? component : Parts[0];

    /// <summary>A figure of a stage for each part; missing where it has no such part.</summary>
    public static IEnumerable<double?> ByPart(IReadOnlyDictionary<string, double> figures) =>
        Parts.Select(part => figures
            .Where(figure => PartOf(figure.Key) == part)
            .Select(figure => (double?)figure.Value)
            .FirstOrDefault());

    /// <summary>Whether a stage has turns of a load.</summary>
    public static bool Has(JourneyReport report, string load) =>
        report.Stages.Any(stage => stage.Under(load) is not null);

    private static string Turns(JourneyReport report, string load)
    {
        var turns = report.Stages.Max(stage => stage.Under(load)?.Turns ?? 0);
        return $": medians of {turns} turn{(turns == 1 ? "" : "s")} of {report.Seconds} s";
    }

    private static JourneyTable Load(JourneyReport report, string load, string title, bool withRate)
    {
        string[] rate = withRate ? ["requests/s", ToBefore] : [];
        var rows = Rows(report, load, (now, before) =>
        [
            .. withRate ? [Figures.Rate(now.Rate), Ratio(now.Rate, before?.Rate)] : (string[])[],
            Figures.Duration(now.P50), Ratio(now.P50, before?.P50),
            Figures.Duration(now.P99), Ratio(now.P99, before?.P99),
            Figures.Duration(now.P999), Figures.Duration(now.Max),
            Figures.Count(now.Requests), Figures.Count(now.Failed),
        ]);
        string[] headings =
            ["stage", .. rate, "p50", ToBefore, "p99", ToBefore, "p99.9", "max", "requests", "failed"];
        return new JourneyTable(load, title, headings, rows);
    }

    private static JourneyTable Simulation(JourneyReport report) => new(
        JourneyReport.Simulation,
        "The official simulation in its short form: medians, and the lowest score",
        ["stage", "p50", ToBefore, "p99", ToBefore, "max", "requests", "failed", "on time", "payment"],
        Rows(report, JourneyReport.Simulation, (now, before) =>
        [
            Figures.Duration(now.P50), Ratio(now.P50, before?.P50),
            Figures.Duration(now.P99), Ratio(now.P99, before?.P99),
            Figures.Duration(now.Max), Figures.Count(now.Requests), Figures.Count(now.Failed),
            now.OnTimeShare is { } share ? Figures.Percent(share) : Nothing,
            now.Payment is { } payment ? Figures.Dollars(payment) : Nothing,
        ]));

    private static JourneyTable Cpu(JourneyReport report, string load) => new(
        "cpu-" + load,
        (load == JourneyReport.Closed ? $"{report.Connections} connections" : $"{report.Rate} requests/s")
            + ": CPU time per request in µs; throttled: periods of 100 ms with the quota used up, part by part",
        ["stage", .. Parts, "all", ToBefore, "throttled"],
        Rows(report, load, (now, before) =>
        [
            .. ByPart(now.CpuUs).Select(Tenths),
            Tenths(now.CpuUs.Values.Sum()),
            Ratio(now.CpuUs.Values.Sum(), before?.CpuUs.Values.Sum()),
            string.Join('/', ByPart(now.ThrottledPeriods).Select(Whole)),
        ]));

    private static JourneyTable Memory(JourneyReport report) => new(
        "memory",
        "The whole run: limits; most memory, page cache included; times it was full; processes killed for want of it",
        ["stage and process", "CPU", "memory", "peak", "full", "killed", "restarts"],
        [
            .. report.Stages.SelectMany(stage => stage.Components, (stage, one) => (IReadOnlyList<string>)
            [
                $"{stage.Name} {one.Name}",
                one.Cpus is { } cpus ? cpus.ToString("0.00", CultureInfo.InvariantCulture) : Nothing,
                one.MemoryBytes is { } limit ? Figures.Megabytes(limit) : Nothing,
                one.PeakBytes is { } peak ? Figures.Megabytes(peak) : Nothing,
                one.Full is { } full ? Figures.Count(full) : Nothing,
                one.Killed is { } killed ? Figures.Count(killed) : Nothing,
                Figures.Count(one.Restarts),
            ]),
        ]);

    // A stage without turns of the load has no row, and is before nobody.
    private static List<IReadOnlyList<string>> Rows(
        JourneyReport report, string load, Func<LoadMedians, LoadMedians?, string[]> cells)
    {
        var rows = new List<IReadOnlyList<string>>();
        LoadMedians? before = null;
        foreach (var stage in report.Stages)
        {
            if (stage.Under(load) is { } now)
            {
                rows.Add([stage.Name, .. cells(now, before)]);
                before = now;
            }
        }

        return rows;
    }

    private static string Ratio(double now, double? before) =>
        before > 0 ? Figures.Ratio(now / before.Value) : Nothing;

    private static string Tenths(double? figure) => figure?.ToString("0.0", CultureInfo.InvariantCulture) ?? Nothing;

    private static string Whole(double? figure) => figure?.ToString("0.#", CultureInfo.InvariantCulture) ?? Nothing;
}
