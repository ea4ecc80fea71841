using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Top;

// Reads the stack once an interval and shows it, until it is enough: by a count, by q, Ctrl-C or SIGTERM.
// count: After how many intervals it ends; 0 for none.
internal sealed class TopView(Func<TopReading> read, int count, TimeSpan interval)
{
    private static readonly TimeSpan s_stopInterval = TimeSpan.FromMilliseconds(50);

    private readonly RunControl _control = new();

    public void Write(TextWriter output)
    {
        using var signals = new StopSignals(_control, beforeExit: () => { });
        var hasHeader = false;
        Follow(figures =>
        {
            if (!hasHeader)
            {
                output.WriteLine(TopLines.Header(figures));
                hasHeader = true;
            }

            output.WriteLine(TopLines.Of(figures, DateTimeOffset.UtcNow));
            output.Flush();
        });
    }

    // Draws each interval on a screen.
    public void Show(ITerminal terminal)
    {
        TopFigures? latest = null;
        var following = Task.Run(() => Follow(figures => Volatile.Write(ref latest, figures)));
        new LiveScreen(terminal).Show(_control, following, (_, _, height) =>
            TopScreen.Compose(Volatile.Read(ref latest), DateTimeOffset.UtcNow, height));
        following.GetAwaiter().GetResult();
    }

    private void Follow(Action<TopFigures> show)
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
            show(TopFigures.Between(earlier, later));
            earlier = later;
        }
    }
}

// The figures for programs: a line of names, then a line for each interval, in columns parted by tabs. A dash stands
// for what is not known.
internal static class TopLines
{
    private const double MegaByte = 1024 * 1024;

    private static readonly (string Name, Func<TopFigures, double?> Of)[] s_columns =
    [
        ("requests_per_s", figures => figures.Total.PerSecond),
        ("p50_ms", figures => figures.Total.P50 * 1e3),
        ("p99_ms", figures => figures.Total.P99 * 1e3),
        ("4xx_per_s", figures => figures.Total.RefusedPerSecond),
        ("5xx_per_s", figures => figures.Total.ErrorsPerSecond),
        ("committed_per_s", figures => figures.Ledger.CommittedPerSecond),
        ("refused_per_s", figures => figures.Ledger.RefusedPerSecond),
        ("batch_mean", figures => figures.Ledger.BatchMean),
        ("commit_p99_ms", figures => figures.Ledger.CommitP99 * 1e3),
        ("gate_wait_p99_ms", figures => figures.Ledger.GateP99 * 1e3),
        ("queued", figures => figures.Ledger.QueuedWrites),
        ("wal_mb", figures => figures.Ledger.WalBytes / MegaByte),
    ];

    private static readonly (string Name, Func<ProcessFigures, double?> Of)[] s_processColumns =
    [
        ("cpu", process => process.Cpu),
        ("cpu_limit", process => process.CpuLimit),
        ("throttled_share", process => process.ThrottledShare),
        ("memory_mb", process => process.MemoryBytes / MegaByte),
        ("memory_limit_mb", process => process.MemoryLimitBytes / MegaByte),
    ];

    public static string Header(TopFigures figures) => string.Join('\t',
    [
        "time",
        .. s_columns.Select(column => column.Name),
        .. from process in figures.Processes
           from name in s_processColumns.Select(column => column.Name).Append("state")
           select $"{process.Name}_{name}",
    ]);

    public static string Of(TopFigures figures, DateTimeOffset at) => string.Join('\t',
    [
        at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        .. s_columns.Select(column => Text(column.Of(figures))),
        .. figures.Processes.SelectMany(process =>
            s_processColumns.Select(column => Text(column.Of(process))).Append(process.State)),
    ]);

    private static string Text(double? value) =>
        value?.ToString(Math.Abs(value.Value) >= 100 ? "0" : "0.###", CultureInfo.InvariantCulture) ?? "-";
}
