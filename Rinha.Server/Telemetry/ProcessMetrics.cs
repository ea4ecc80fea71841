namespace Rinha.Server.Telemetry;

// Metrics of the runtime and the kernel, computed at scrape time.
internal static class ProcessMetrics
{
    public static void AddTo(MetricSet metrics, string version, string commit, Func<int> openConnections)
    {
        var startTimeSeconds = DateTimeOffset.UtcNow.AddMilliseconds(-ProcessStat.AgeMs("self"))
            .ToUnixTimeMilliseconds() / 1000.0;
        metrics.Add("rinha_http_open_connections", "Open connections.", () => openConnections());
        metrics.Add(
            "dotnet_gc_collections_total", "Garbage collections by the oldest generation collected.", Collections);
        metrics.Add("dotnet_gc_heap_bytes", "Size of the objects on the managed heap.", () => GC.GetTotalMemory(false));
        metrics.Add("process_resident_memory_bytes", "Resident memory of the process.", () => Environment.WorkingSet);
        metrics.Add(
            "process_cpu_seconds_total",
            "CPU time of the process, user and system.",
            () => Environment.CpuUsage.TotalTime.TotalSeconds);
        metrics.Add(
            "process_start_time_seconds", "Start of the process since 1970-01-01 UTC.", () => startTimeSeconds);
        metrics.Add(
            "rinha_build_info",
            "Always 1, labelled with the version and the commit of the build.",
            () => [new MetricSample(1, ("version", version), ("commit", commit))]);
    }

    // The runtime's count of a generation includes the collections of older ones: subtract them.
    private static IEnumerable<MetricSample> Collections() =>
        from generation in Enumerable.Range(0, GC.MaxGeneration + 1)
        let older = generation == GC.MaxGeneration ? 0 : GC.CollectionCount(generation + 1)
        select new MetricSample(GC.CollectionCount(generation) - older, ("generation", $"{generation}"));
}

// The age of a process, from /proc/PID/stat (proc(5)).
internal static unsafe partial class ProcessStat
{
    private const int ClockTicksPerSecond = 100; // USER_HZ, the unit of /proc/PID/stat.
    private const int BootTime = 7; // CLOCK_BOOTTIME

    // The age of a process, given by its number or "self", in steps of 10 ms.
    public static long AgeMs(string process) => AgeMs(File.ReadAllText($"/proc/{process}/stat"), BootTimeMs());

    // bootTimeMs is the time since boot, suspended time included, as in the stat file. (Environment.TickCount64
    // excludes suspended time.)
    public static long AgeMs(string stat, long bootTimeMs)
    {
        // The second field, a name in parentheses, may contain spaces; the start time is the 22nd.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var startedTicks = long.Parse(fields[22 - 3], CultureInfo.InvariantCulture);
        return bootTimeMs - (startedTicks * 1000 / ClockTicksPerSecond);
    }

    private static long BootTimeMs()
    {
        var time = stackalloc long[2]; // struct timespec of 64-bit Linux.
        return GetTime(BootTime, time) == 0
            ? (time[0] * 1000) + (time[1] / 1_000_000)
            : throw new IOException($"clock_gettime: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, long* time);
}
