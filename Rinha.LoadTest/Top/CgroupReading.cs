namespace Rinha.LoadTest.Top;

/// <summary>What the kernel says of a process's cgroup at one moment; what it does not say is missing.</summary>
/// <param name="CpuSeconds">The CPU time used so far, in seconds.</param>
/// <param name="CpuLimit">The quota, in CPUs.</param>
/// <param name="Periods">How many periods of the quota have passed with something to do.</param>
/// <param name="ThrottledPeriods">In how many of them the quota was used up.</param>
/// <param name="MemoryBytes">The memory in use, without what the kernel would give back at once.</param>
/// <param name="MemoryLimitBytes">The limit on it.</param>
internal sealed record CgroupReading(
    double? CpuSeconds,
    double? CpuLimit,
    long? Periods,
    long? ThrottledPeriods,
    long? MemoryBytes,
    long? MemoryLimitBytes);
