using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Top;

// Composes the picture of a stack: a function of the figures and the room, without a terminal.
internal static class TopScreen
{
    // Of a limit: from here on it is close.
    private const double CloseShare = 0.9;
    private const int LedgerRows = 3;

    // The picture; figures are missing before the first interval has ended.
    public static Drawing Compose(TopFigures? figures, DateTimeOffset at, int height)
    {
        if (figures is null)
        {
            return Drawings.Message(" rinha top: measuring the first second");
        }

        // The processes first: whether there is something to look at at all. The last one takes what is left.
        var processRows = figures.Processes.Count + 1 + Drawings.BorderRows;
        var ledgerRows = LedgerRows + Drawings.BorderRows;
        return Drawings.Stacked(
        [
            (Heading(figures, at), Math.Min(1, height)),
            (Drawings.Framed("processes", Processes(figures)), processRows),
            (Drawings.Framed("ledger", Ledger(figures.Ledger)), ledgerRows),
            (Drawings.Framed("requests", Requests(figures)), Math.Max(0, height - 1 - processRows - ledgerRows)),
        ]);
    }

    private static Drawing Requests(TopFigures figures) => Drawings.Table(
        [("", 10), ("req/s", 10), ("p50", 9), ("p99", 9), ("4xx/s", 9), ("5xx/s", 9)],
        [.. figures.Operations.Prepend(figures.Total).Select(Row)]);

    private static Cell[] Row(OperationFigures one) =>
    [
        new(one.Name, one.Name == "all" ? Tone.Strong : Tone.Plain),
        Format.Rate(one.PerSecond),
        Duration(one.P50),
        Duration(one.P99),
        new(Format.Rate(one.RefusedPerSecond), one.RefusedPerSecond > 0 ? Tone.Warning : Tone.Muted),
        new(Format.Rate(one.ErrorsPerSecond), one.ErrorsPerSecond > 0 ? Tone.Bad : Tone.Muted),
    ];

    private static Drawing Ledger(LedgerFigures ledger) => Drawings.Table(
        [("committed/s", 11), ("refused/s", 11), ("batch", 9), ("commit p99", 12), ("gate p99", 10), ("WAL", 9)],
        [
            [
                new(Format.Rate(ledger.CommittedPerSecond), Tone.Strong),
                Format.Rate(ledger.RefusedPerSecond),
                Number(ledger.BatchMean),
                Duration(ledger.CommitP99),
                Duration(ledger.GateP99),
                Bytes(ledger.WalBytes),
            ],
            [
                new($"queued {Number(ledger.QueuedWrites)}", ledger.QueuedWrites > 0 ? Tone.Warning : Tone.Muted),
                "",
                new($"≤ {Number(ledger.BatchP99)}", Tone.Muted),
                new($"ckpt {Duration(ledger.CheckpointP99)}", Tone.Muted),
                new($"½ {Duration(ledger.GateP50)}", Tone.Muted),
                new(Bytes(ledger.DatabaseBytes), Tone.Muted),
            ],
        ]);

    private static Drawing Processes(TopFigures figures) => Drawings.Table(
        [("", 6), ("state", 10), ("CPU", 7), ("of", 6), ("throttled", 10), ("memory", 9), ("of", 8), ("heap", 8),
            ("conns", 7)],
        [.. figures.Processes.Select(Row)]);

    private static Cell[] Row(ProcessFigures one) =>
    [
        one.Name,
        new(Format.OneLine(one.State, 9), StateTone(one.State)),
        new(Number(one.Cpu), IsClose(one.Cpu, one.CpuLimit) ? Tone.Warning : Tone.Plain),
        new(Number(one.CpuLimit), Tone.Muted),
        new(
            one.ThrottledShare is { } share ? Format.Percent(share) : "–",
            one.ThrottledShare > 0 ? Tone.Warning : Tone.Muted),
        new(Bytes(one.MemoryBytes), IsClose(one.MemoryBytes, one.MemoryLimitBytes) ? Tone.Bad : Tone.Plain),
        new(Bytes(one.MemoryLimitBytes), Tone.Muted),
        new(Bytes(one.HeapBytes), Tone.Muted),
        new(Number(one.Connections), Tone.Muted),
    ];

    private static Tone StateTone(string state) => state switch
    {
        ProcessReading.Up => Tone.Good,
        ProcessReading.NotAsked => Tone.Muted,
        _ => Tone.Bad,
    };

    private static bool IsClose(double? value, double? limit) => value >= CloseShare * limit;

    private static string Duration(double? seconds) => seconds is { } known ? Format.Duration(known) : "–";

    private static string Number(double? number) =>
        number?.ToString(number < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture) ?? "–";

    private static string Bytes(double? bytes) => bytes switch
    {
        null => "–",
        < 1024 * 1024 => $"{Number(bytes / 1024)}K",
        < 1024 * 1024 * 1024 => $"{Number(bytes / 1024 / 1024)}M",
        _ => $"{Number(bytes / 1024 / 1024 / 1024)}G",
    };

    private static Drawing Heading(TopFigures figures, DateTimeOffset at) => (_, _) =>
    [
        new Line()
            .Add(" rinha top", Tone.Strong)
            .Add($"  {Format.Rate(figures.Total.PerSecond)} requests/s", Tone.Strong)
            .Add($"  {Format.Moment(at)}", Tone.Muted)
            .Add("   q", Tone.Strong).Add(" end", Tone.Muted),
    ];
}
