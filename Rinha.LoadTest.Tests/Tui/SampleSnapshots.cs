using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Tests.Output;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

// Deterministic snapshots of runs.
internal static class SampleSnapshots
{
    // A timed run with failures, 17 of 60 s done.
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
        Latency = SampleRuns.Latency(1),
        Operations = [Operation("debit", 12), Operation("credit", 0), Operation("statement", 0)],
        Series = SampleRuns.Seconds(17, 53_000),
    };

    // The same run at its start.
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

    // A contest: ends by request count, and its operations are scenarios.
    public static LiveSnapshot Contest { get; } = Running with
    {
        Phase = "débitos",
        Duration = null,
        Iterations = 61_503,
        Completed = 30_739,
        Operations =
            [.. Enumerable.Range(0, 9).Select(at => Operation($"validação concorrência transações - {at}", 0))],
    };

    private static OperationReport Operation(string name, long failed) => new(
        name, 272_000, failed, 15_813.95, new Dictionary<int, long> { [200] = 272_000 }, SampleRuns.Latency(1), null);
}

// Drawings as plain text.
internal static class Picture
{
    // The lines without colours and trailing blanks.
    public static string Of(Drawing drawing, int width, int height) =>
        string.Join('\n', Lines(drawing, width, height).Select(line => line.TrimEnd()));

    // The lines without colours.
    public static IReadOnlyList<string> Lines(Drawing drawing, int width, int height) =>
        [.. drawing.Lines(width, height).Select(line => string.Concat(line.Pieces.Select(piece => piece.Text)))];
}
