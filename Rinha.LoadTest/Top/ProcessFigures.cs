namespace Rinha.LoadTest.Top;

/// <summary>One process during an interval; what nobody says is missing.</summary>
/// <param name="Name"><c>api01</c>, <c>api02</c>, and <c>nginx</c>, <c>caddy</c> or <c>db</c>.</param>
/// <param name="State">See <see cref="ProcessReading.State"/>.</param>
/// <param name="Cpu">The CPUs it used.</param>
/// <param name="CpuLimit">How many it may use.</param>
/// <param name="ThrottledShare">In what share of the quota's periods it was used up, 0 to 1.</param>
/// <param name="MemoryBytes">The memory it has now.</param>
/// <param name="MemoryLimitBytes">How much it may have.</param>
/// <param name="HeapBytes">The part of it that is the runtime's heap.</param>
/// <param name="Connections">The connections it has open now.</param>
internal sealed record ProcessFigures(
    string Name,
    string State,
    double? Cpu,
    double? CpuLimit,
    double? ThrottledShare,
    double? MemoryBytes,
    double? MemoryLimitBytes,
    double? HeapBytes,
    double? Connections)
{
    /// <summary>Between two readings of the same process.</summary>
    public static ProcessFigures Between(ProcessReading earlier, ProcessReading later, double seconds)
    {
        var (before, now) = (earlier.Cgroup, later.Cgroup);
        var periods = now?.Periods - before?.Periods;
        return new ProcessFigures(
            later.Name,
            later.State,
            (Increase(before?.CpuSeconds, now?.CpuSeconds) ?? Own(earlier, later)) / seconds,
            now?.CpuLimit,
            periods switch
            {
                > 0 => (double?)(now!.ThrottledPeriods - before!.ThrottledPeriods) / periods,
                0 => 0,
                _ => null,
            },
            now?.MemoryBytes ?? later.Scrape?.Value("process_resident_memory_bytes"),
            now?.MemoryLimitBytes,
            later.Scrape?.Value("dotnet_gc_heap_bytes"),
            later.Scrape?.Value("rinha_http_open_connections"));
    }

    // Without a cgroup, what the process says itself.
    private static double? Own(ProcessReading earlier, ProcessReading later) =>
        earlier.Scrape is { } before && later.Scrape is { } now && now.Value("process_cpu_seconds_total") is not null
            ? new ScrapeInterval(before, now).Growth("process_cpu_seconds_total")
            : null;

    private static double? Increase(double? before, double? now) => now < before ? now : now - before;
}
