using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Journey;

/// <summary>What the design that this one comes from says of its stages, beside what a journey has found.</summary>
internal static class Claims
{
    private const string Caddy = "caddy-postgres";
    private const string Tuned = "nginx-postgres-tuned";
    private const string Last = "nginx-sqlite";

    private const string NotMeasured = "not measured";

    /// <summary>Every claim.</summary>
    public static IReadOnlyList<Claim> Of(JourneyReport report)
    {
        var (before, after) = (Find(report, Tuned), Find(report, Last));
        var (closedBefore, closed) = (before?.Under(JourneyReport.Closed), after?.Under(JourneyReport.Closed));
        var open = after?.Under(JourneyReport.Open);
        return
        [
            new Claim("first stage: its proxy", "Caddy ran out of memory", Memory(Find(report, Caddy))),
            new Claim("last step: requests/s", "×1.94", Ratio(closedBefore, closed, one => one.Rate)),
            new Claim("last step: p50", "×0.43", Ratio(closedBefore, closed, one => one.P50)),
            new Claim("last stage: requests/s", "2,917", closed is null ? NotMeasured : Figures.Rate(closed.Rate)),
            new Claim("last stage: p50", "558µs", Duration(closed?.P50)),
            new Claim("last stage: p99", "85.7ms", Duration(closed?.P99)),
            new Claim("last stage at 340/s: p50", "1.29ms", Duration(open?.P50)),
            new Claim("last stage at 340/s: p99", "4.04ms", Duration(open?.P99)),
            new Claim("last stage at 340/s: p99.9", "7.97ms", Duration(open?.P999)),
            new Claim("last stage at 340/s: longest", "17.2ms", Duration(open?.Max)),
        ];
    }

    private static StageReport? Find(JourneyReport report, string name) =>
        report.Stages.FirstOrDefault(stage => stage.Name == name);

    private static string Duration(double? seconds) =>
        seconds is { } measured ? Figures.Duration(measured) : NotMeasured;

    private static string Ratio(LoadMedians? before, LoadMedians? after, Func<LoadMedians, double> figure) =>
        before is null || after is null || figure(before) <= 0
            ? NotMeasured
            : Figures.Ratio(figure(after) / figure(before));

    private static string Memory(StageReport? stage) =>
        stage?.Components.FirstOrDefault(component => component.Name == "caddy") is
        { PeakBytes: { } peak, MemoryBytes: { } limit, Full: { } full, Killed: { } killed }
            ? $"at most {Figures.Megabytes(peak)} of {Figures.Megabytes(limit)}, "
                + $"{Times(full)} full, {Times(killed)} killed"
            : NotMeasured;

    private static string Times(long count) => count == 1 ? "once" : $"{Figures.Count(count)} times";
}
