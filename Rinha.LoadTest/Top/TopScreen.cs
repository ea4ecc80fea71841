using System.Globalization;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Top;

/// <summary>Composes the picture of a stack: a function of the figures and the room, without a terminal.</summary>
internal static class TopScreen
{
    // Of a limit: from here on it is close.
    private const double CloseShare = 0.9;
    private const int LedgerRows = 3;

    /// <summary>The picture.</summary>
    /// <param name="figures">What to show; <see langword="null"/> before the first interval has ended.</param>
    /// <param name="at">When it was.</param>
    /// <param name="height">The rows there are.</param>
    public static Drawing Compose(TopFigures? figures, DateTimeOffset at, int height)
    {
        if (figures is null)
        {
            return new Message(" rinha top: measuring the first second");
        }

        // The processes first: whether there is something to look at at all. The last one takes what is left.
        var processRows = figures.Processes.Count + 1 + ScreenPlan.BorderRows;
        var ledgerRows = LedgerRows + ScreenPlan.BorderRows;
        return new Stacked(
        [
            (new HeadingDrawing(figures, at), Math.Min(1, height)),
            (new Framed("processes", Processes(figures)), processRows),
            (new Framed("ledger", Ledger(figures.Ledger)), ledgerRows),
            (new Framed("requests", Requests(figures)), Math.Max(0, height - 1 - processRows - ledgerRows)),
        ]);
    }

    private static TableDrawing Requests(TopFigures figures) => new(
        [("", 10), ("req/s", 10), ("p50", 9), ("p99", 9), ("4xx/s", 9), ("5xx/s", 9)],
        [.. figures.Operations.Prepend(figures.Total).Select(Row)]);

    private static (string Text, Tone Tone)[] Row(OperationFigures one) =>
    [
        (one.Name, one.Name == "all" ? Tone.Strong : Tone.Plain),
        (Figures.Rate(one.PerSecond), Tone.Plain),
        (Duration(one.P50), Tone.Plain),
        (Duration(one.P99), Tone.Plain),
        (Figures.Rate(one.RefusedPerSecond), one.RefusedPerSecond > 0 ? Tone.Warning : Tone.Muted),
        (Figures.Rate(one.ErrorsPerSecond), one.ErrorsPerSecond > 0 ? Tone.Bad : Tone.Muted),
    ];

    private static TableDrawing Ledger(LedgerFigures ledger) => new(
        [("committed/s", 11), ("refused/s", 11), ("batch", 9), ("commit p99", 12), ("gate p99", 10), ("WAL", 9)],
        [
            [
                (Figures.Rate(ledger.CommittedPerSecond), Tone.Strong),
                (Figures.Rate(ledger.RefusedPerSecond), Tone.Plain),
                (Number(ledger.BatchMean), Tone.Plain),
                (Duration(ledger.CommitP99), Tone.Plain),
                (Duration(ledger.GateP99), Tone.Plain),
                (Bytes(ledger.WalBytes), Tone.Plain),
            ],
            [
                ($"queued {Number(ledger.QueuedWrites)}", ledger.QueuedWrites > 0 ? Tone.Warning : Tone.Muted),
                ("", Tone.Plain),
                ($"≤ {Number(ledger.BatchP99)}", Tone.Muted),
                ($"ckpt {Duration(ledger.CheckpointP99)}", Tone.Muted),
                ($"½ {Duration(ledger.GateP50)}", Tone.Muted),
                (Bytes(ledger.DatabaseBytes), Tone.Muted),
            ],
        ]);

    private static TableDrawing Processes(TopFigures figures) => new(
        [("", 6), ("state", 10), ("CPU", 7), ("of", 6), ("throttled", 10), ("memory", 9), ("of", 8), ("heap", 8),
            ("conns", 7)],
        [.. figures.Processes.Select(Row)]);

    private static (string Text, Tone Tone)[] Row(ProcessFigures one) =>
    [
        (one.Name, Tone.Plain),
        (Words.OneLine(one.State, 9), StateTone(one.State)),
        (Number(one.Cpu), IsClose(one.Cpu, one.CpuLimit) ? Tone.Warning : Tone.Plain),
        (Number(one.CpuLimit), Tone.Muted),
        (one.ThrottledShare is { } share ? Figures.Percent(share) : "–", ThrottleTone(one.ThrottledShare)),
        (Bytes(one.MemoryBytes), IsClose(one.MemoryBytes, one.MemoryLimitBytes) ? Tone.Bad : Tone.Plain),
        (Bytes(one.MemoryLimitBytes), Tone.Muted),
        (Bytes(one.HeapBytes), Tone.Muted),
        (Number(one.Connections), Tone.Muted),
    ];

    private static Tone StateTone(string state) => state switch
    {
        ProcessReading.Up => Tone.Good,
        ProcessReading.NotAsked => Tone.Muted,
        _ => Tone.Bad,
    };

    private static Tone ThrottleTone(double? share) => share switch
    {
        null or 0 => Tone.Muted,
        _ => Tone.Warning,
    };

    private static bool IsClose(double? value, double? limit) => value >= CloseShare * limit;

    private static string Duration(double? seconds) => seconds is { } known ? Figures.Duration(known) : "–";

    private static string Number(double? number) =>
        number?.ToString(number < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture) ?? "–";

    private static string Bytes(double? bytes) => bytes switch
    {
        null => "–",
        < 1024 * 1024 => $"{Number(bytes / 1024)}K",
        < 1024 * 1024 * 1024 => (bytes.Value / 1024 / 1024).ToString("0.#", CultureInfo.InvariantCulture) + "M",
        _ => (bytes.Value / 1024 / 1024 / 1024).ToString("0.##", CultureInfo.InvariantCulture) + "G",
    };

    private sealed class HeadingDrawing(TopFigures figures, DateTimeOffset at) : Drawing
    {
        protected override IEnumerable<Line> Draw(int width, int height)
        {
            var line = new Line()
                .Add(" rinha top", Palette.Title)
                .Add($"  {Figures.Rate(figures.Total.PerSecond)} requests/s", Tone.Strong)
                .Add($"  {Figures.Moment(at)}", Tone.Muted)
                .Add("   q", Tone.Strong).Add(" end", Tone.Muted);
            yield return line;
        }
    }
}
