using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Top;

// Samples the stack once per interval and shows it until the count is reached, or q, Ctrl-C or SIGTERM ends it. Show
// samples on a pool thread and draws on the caller's; Write does both on the caller's.
internal sealed class TopView(Func<TopReading> read, int count, TimeSpan interval)
{
    private static readonly TimeSpan s_stopInterval = TimeSpan.FromMilliseconds(50);

    private readonly RunControl _control = new();

    public void Write(TextWriter output)
    {
        using var signals = new StopSignals(_control, beforeExit: () => { });
        var hasHeader = false;
        Poll(stats =>
        {
            if (!hasHeader)
            {
                output.WriteLine(TopLines.Header(stats));
                hasHeader = true;
            }

            output.WriteLine(TopLines.Of(stats, DateTimeOffset.UtcNow));
            output.Flush();
        });
    }

    public void Show(ITerminal terminal)
    {
        TopStats? latest = null;
        var polling = Task.Run(() => Poll(stats => Volatile.Write(ref latest, stats)));
        new LiveScreen(terminal).Show(_control, polling, (_, _, height) =>
            TopScreen.Compose(Volatile.Read(ref latest), DateTimeOffset.UtcNow, height));
        polling.GetAwaiter().GetResult();
    }

    private void Poll(Action<TopStats> show)
    {
        var clock = Stopwatch.StartNew();
        var earlier = read();
        for (var shown = 0; count == 0 || shown < count; shown++)
        {
            var due = interval * (shown + 1);
            for (var left = due - clock.Elapsed; left > TimeSpan.Zero; left = due - clock.Elapsed)
            {
                if (_control.StopRequested)
                {
                    return;
                }

                Thread.Sleep(left < s_stopInterval ? left : s_stopInterval);
            }

            var later = read();
            show(TopStats.Between(earlier, later));
            earlier = later;
        }
    }
}

// Tab-separated output for programs: a header, then a line per interval; - means unknown.
internal static class TopLines
{
    private const double Megabyte = 1024 * 1024;

    private static readonly (string Name, Func<TopStats, double?> Of)[] s_columns =
    [
        ("requests_per_s", stats => stats.Total.PerSecond),
        ("p50_ms", stats => stats.Total.P50 * 1e3),
        ("p99_ms", stats => stats.Total.P99 * 1e3),
        ("4xx_per_s", stats => stats.Total.RefusedPerSecond),
        ("5xx_per_s", stats => stats.Total.ErrorsPerSecond),
        ("committed_per_s", stats => stats.Ledger.CommittedPerSecond),
        ("refused_per_s", stats => stats.Ledger.RefusedPerSecond),
        ("batch_mean", stats => stats.Ledger.BatchMean),
        ("commit_p99_ms", stats => stats.Ledger.CommitP99 * 1e3),
        ("gate_wait_p99_ms", stats => stats.Ledger.GateP99 * 1e3),
        ("queued", stats => stats.Ledger.QueuedWrites),
        ("wal_mb", stats => stats.Ledger.WalBytes / Megabyte),
    ];

    private static readonly (string Name, Func<ProcessStats, double?> Of)[] s_processColumns =
    [
        ("cpu", process => process.Cpu),
        ("cpu_limit", process => process.CpuLimit),
        ("throttled_share", process => process.ThrottledShare),
        ("memory_mb", process => process.MemoryBytes / Megabyte),
        ("memory_limit_mb", process => process.MemoryLimitBytes / Megabyte),
    ];

    public static string Header(TopStats stats) => string.Join('\t',
    [
        "time",
        .. s_columns.Select(column => column.Name),
        .. from process in stats.Processes
           from name in s_processColumns.Select(column => column.Name).Append("state")
           select $"{process.Name}_{name}",
    ]);

    public static string Of(TopStats stats, DateTimeOffset at) => string.Join('\t',
    [
        at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        .. s_columns.Select(column => Text(column.Of(stats))),
        .. stats.Processes.SelectMany(process =>
            s_processColumns.Select(column => Text(column.Of(process))).Append(process.State)),
    ]);

    private static string Text(double? value) =>
        value?.ToString(Math.Abs(value.Value) >= 100 ? "0" : "0.###", CultureInfo.InvariantCulture) ?? "-";
}

// Lays out the screen of `top`.
internal static class TopScreen
{
    private const double NearLimitShare = 0.9;
    private const int LedgerRows = 3;

    public static Drawing Compose(TopStats? stats, DateTimeOffset at, int height)
    {
        if (stats is null)
        {
            return Drawings.Message(" rinha top: waiting for the first second");
        }

        // The requests get the rows that are left.
        var processRows = stats.Processes.Count + 1 + Drawings.BorderRows;
        var ledgerRows = LedgerRows + Drawings.BorderRows;
        return Drawings.Stacked(
        [
            (Heading(stats, at), Math.Min(1, height)),
            (Drawings.Framed("processes", Processes(stats)), processRows),
            (Drawings.Framed("ledger", Ledger(stats.Ledger)), ledgerRows),
            (Drawings.Framed("requests", Requests(stats)), Math.Max(0, height - 1 - processRows - ledgerRows)),
        ]);
    }

    private static Drawing Requests(TopStats stats) => Drawings.Table(
        [("", 10), ("req/s", 10), ("p50", 9), ("p99", 9), ("4xx/s", 9), ("5xx/s", 9)],
        [.. stats.Operations.Prepend(stats.Total).Select(Row)]);

    private static Cell[] Row(OperationStats operation) =>
    [
        new(operation.Name, operation.Name == "all" ? Tone.Strong : Tone.Plain),
        Format.Rate(operation.PerSecond),
        Duration(operation.P50),
        Duration(operation.P99),
        new(Format.Rate(operation.RefusedPerSecond), operation.RefusedPerSecond > 0 ? Tone.Warning : Tone.Muted),
        new(Format.Rate(operation.ErrorsPerSecond), operation.ErrorsPerSecond > 0 ? Tone.Bad : Tone.Muted),
    ];

    private static Drawing Ledger(LedgerStats ledger) => Drawings.Table(
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

    private static Drawing Processes(TopStats stats) => Drawings.Table(
        [("", 6), ("state", 10), ("CPU", 7), ("of", 6), ("throttled", 10), ("memory", 9), ("of", 8), ("heap", 8),
            ("conns", 7)],
        [.. stats.Processes.Select(Row)]);

    private static Cell[] Row(ProcessStats process) =>
    [
        process.Name,
        new(Format.OneLine(process.State, 9), StateTone(process.State)),
        new(Number(process.Cpu), IsNearLimit(process.Cpu, process.CpuLimit) ? Tone.Warning : Tone.Plain),
        new(Number(process.CpuLimit), Tone.Muted),
        new(
            process.ThrottledShare is { } share ? Format.Percent(share) : "–",
            process.ThrottledShare > 0 ? Tone.Warning : Tone.Muted),
        new(
            Bytes(process.MemoryBytes),
            IsNearLimit(process.MemoryBytes, process.MemoryLimitBytes) ? Tone.Bad : Tone.Plain),
        new(Bytes(process.MemoryLimitBytes), Tone.Muted),
        new(Bytes(process.HeapBytes), Tone.Muted),
        new(Number(process.Connections), Tone.Muted),
    ];

    private static Tone StateTone(string state) => state switch
    {
        ProcessReading.Up => Tone.Good,
        ProcessReading.NoMetrics => Tone.Muted,
        _ => Tone.Bad,
    };

    private static bool IsNearLimit(double? value, double? limit) => value >= NearLimitShare * limit;

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

    private static Drawing Heading(TopStats stats, DateTimeOffset at) => (_, _) =>
    [
        new Line()
            .Add(" rinha top", Tone.Strong)
            .Add($"  {Format.Rate(stats.Total.PerSecond)} requests/s", Tone.Strong)
            .Add($"  {Format.Timestamp(at)}", Tone.Muted)
            .Add("   q", Tone.Strong).Add(" quit", Tone.Muted),
    ];
}
