using System.Globalization;

namespace Rinha.LoadTest.Top;

/// <summary>
/// The figures for programs: a line of names, then a line for each interval, in columns parted by tabs. A dash stands
/// for what is not known.
/// </summary>
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

    /// <summary>The names, with the units in them.</summary>
    public static string Header(TopFigures figures) => string.Join('\t',
    [
        "time",
        .. s_columns.Select(column => column.Name),
        .. from process in figures.Processes
           from name in s_processColumns.Select(column => column.Name).Append("state")
           select $"{process.Name}_{name}",
    ]);

    /// <summary>One interval.</summary>
    /// <param name="figures">What happened in it.</param>
    /// <param name="at">When it ended.</param>
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
