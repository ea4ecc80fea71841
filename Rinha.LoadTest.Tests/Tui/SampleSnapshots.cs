using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

/// <summary>Runs at one moment, the same each time they are made.</summary>
internal static class SampleSnapshots
{
    /// <summary>A timed run, 17 of 60 s done, with some failures.</summary>
    public static LiveSnapshot Running { get; } = new()
    {
        Phase = "running",
        Elapsed = 17.2,
        Duration = 60,
        Iterations = null,
        Completed = 816_324,
        Failed = 12,
        InFlight = 64,
        Statuses = new Dictionary<int, long> { [422] = 57_141, [200] = 759_183, [500] = 12 },
        Failures =
        [
            new FailureReport(FailureKind.Timeout, 7, "POST /clientes/3/transacoes: no answer in 1s"),
            new FailureReport(FailureKind.ClosedBeforeAnswer, 5, "sent \e[2J\r\n and 漢字 back"),
        ],
        Latency = Latency(816_324),
        Operations = [Operation("débito", 12), Operation("crédito", 0), Operation("extrato", 0)],
        Series = [.. Enumerable.Range(0, 17).Select(Second)],
    };

    /// <summary>The same run before anything happened.</summary>
    public static LiveSnapshot Begun { get; } = Running with
    {
        Phase = "warm-up",
        Elapsed = 0,
        Completed = 0,
        Failed = 0,
        InFlight = 0,
        Statuses = new Dictionary<int, long>(),
        Failures = [],
        Latency = new LatencyRecorder().ToReport(),
        Operations = [],
        Series = [],
    };

    /// <summary>A contest: no known end but a number of requests, and scenarios for operations.</summary>
    public static LiveSnapshot Contest { get; } = Running with
    {
        Phase = "débitos",
        Duration = null,
        Iterations = 61_503,
        Completed = 30_739,
        Operations =
        [
            .. "validações,cliente não encontrado,débitos,créditos,extratos,validação concorrência transações - d"
                .Split(',')
                .Select(name => Operation(name, 0)),
        ],
    };

    private static SecondReport Second(int second) => new(
        second, 45_000 + (second * 500), second == 13 ? 12 : 0, 0.000_7, 0.003 + (second % 3 * 0.001), 0.02);

    private static OperationReport Operation(string name, long failed) => new(
        name, 272_000, failed, 15_813.95, new Dictionary<int, long> { [200] = 272_000 }, Latency(272_000), null);

    private static LatencyReport Latency(long count) => new()
    {
        Count = count,
        Mean = 0.000_82,
        StandardDeviation = 0.000_6,
        Min = 0.000_1,
        P50 = 0.000_75,
        P75 = 0.001_1,
        P90 = 0.001_8,
        P95 = 0.002_3,
        P99 = 0.004_1,
        P999 = 0.009,
        P9999 = 0.015,
        Max = 0.021_3,
        Distribution = [],
        Histogram =
        [
            new HistogramBar(0.000_05, 0),
            new HistogramBar(0.000_1, count / 50),
            new HistogramBar(0.000_2, count / 10),
            new HistogramBar(0.000_5, count / 4),
            new HistogramBar(0.001, count * 2 / 5),
            new HistogramBar(0.002, count / 5),
            new HistogramBar(0.005, count / 40),
            new HistogramBar(0.01, count / 250),
            new HistogramBar(0.02, count / 2500),
            new HistogramBar(0.05, 9),
            new HistogramBar(0.1, 0),
        ],
    };
}

/// <summary>Drawings as plain text.</summary>
internal static class Picture
{
    /// <summary>The lines without their colours, and without the spaces at their ends.</summary>
    public static string Of(Drawing drawing, int width, int height) =>
        string.Join('\n', Lines(drawing, width, height).Select(line => line.TrimEnd()));

    /// <summary>The lines without their colours.</summary>
    public static IReadOnlyList<string> Lines(Drawing drawing, int width, int height) =>
        [.. drawing.Lines(width, height).Select(line => string.Concat(line.Segments.Select(segment => segment.Text)))];
}
