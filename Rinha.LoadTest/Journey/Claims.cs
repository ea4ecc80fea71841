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
            new Claim("the proxy of the first stage", "Caddy ran out of memory", Memory(Find(report, Caddy))),
            new Claim("requests/s, last stage by the one before", "×1.94", Ratio(closedBefore, closed, one => one.Rate)),
            new Claim("p50, last stage by the one before", "×0.43", Ratio(closedBefore, closed, one => one.P50)),
            new Claim("requests/s of the last stage", "2,917", closed is null ? NotMeasured : Figures.Rate(closed.Rate)),
            new Claim("p50 of the last stage", "558µs", Duration(closed?.P50)),
            new Claim("p99 of the last stage", "85.7ms", Duration(closed?.P99)),
            new Claim("p50 of the last stage at 340 requests/s", "1.29ms", Duration(open?.P50)),
            new Claim("p99 of the last stage at 340 requests/s", "4.04ms", Duration(open?.P99)),
            new Claim("p99.9 of the last stage at 340 requests/s", "7.97ms", Duration(open?.P999)),
            new Claim("longest of the last stage at 340 requests/s", "17.2ms", Duration(open?.Max)),
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
            ? $"at most {Figures.Megabytes(peak)} of {Figures.Megabytes(limit)}, {Times(full)} full, {Times(killed)} killed"
            : NotMeasured;

    private static string Times(long count) => count == 1 ? "once" : $"{Figures.Count(count)} times";
}
