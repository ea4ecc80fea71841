using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

/// <summary>What is asked of the runtime and the kernel when somebody reads it.</summary>
internal static class ProcessMetrics
{
    /// <summary>Adds the metrics to those of the server.</summary>
    /// <param name="metrics">Those of the server.</param>
    /// <param name="version">The build's version.</param>
    /// <param name="commit">The commit it was built from, or nothing.</param>
    /// <param name="openConnections">How many clients are connected.</param>
    public static void AddTo(MetricSet metrics, string version, string commit, Func<int> openConnections)
    {
        var startTimeSeconds = DateTimeOffset.UtcNow.AddMilliseconds(-ProcessStat.AgeMs("self"))
            .ToUnixTimeMilliseconds() / 1000.0;
        metrics.Add(new ObservedFamily(
            "rinha_http_open_connections", "Connections that are open.", () => openConnections()));
        metrics.Add(new ObservedFamily(
            "dotnet_gc_collections_total", "Garbage collections, by the oldest generation collected.", Collections));
        metrics.Add(new ObservedFamily(
            "dotnet_gc_heap_bytes", "Size of the managed heap's objects.", () => GC.GetTotalMemory(false)));
        metrics.Add(new ObservedFamily(
            "process_resident_memory_bytes", "Memory of the process.", () => Environment.WorkingSet));
        metrics.Add(new ObservedFamily(
            "process_cpu_seconds_total",
            "CPU time of the process, user and system.",
            () => Environment.CpuUsage.TotalTime.TotalSeconds));
        metrics.Add(new ObservedFamily(
            "process_start_time_seconds", "When the process began, since 1970-01-01 UTC.", () => startTimeSeconds));
        metrics.Add(new ObservedFamily(
            "rinha_build_info",
            "1, with the version and the commit of the build.",
            () => [new Measurement<double>(
                1,
                new KeyValuePair<string, object?>("version", version),
                new KeyValuePair<string, object?>("commit", commit))]));
    }

    // The runtime counts a collection of an older generation as one of the younger ones too.
    private static IEnumerable<Measurement<double>> Collections()
    {
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            var older = generation == GC.MaxGeneration ? 0 : GC.CollectionCount(generation + 1);
            yield return new Measurement<double>(
                GC.CollectionCount(generation) - older,
                new KeyValuePair<string, object?>("generation", $"{generation}"));
        }
    }
}
