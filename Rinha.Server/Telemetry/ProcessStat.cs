namespace Rinha.Server.Telemetry;

/// <summary>What the kernel knows of a process (proc(5)).</summary>
internal static unsafe partial class ProcessStat
{
    private const int ClockTicksPerSecond = 100; // USER_HZ, the unit of /proc/PID/stat.
    private const int BootTime = 7; // CLOCK_BOOTTIME

    /// <summary>How long ago a process was started, in milliseconds, to ten exactly.</summary>
    /// <param name="process">Its number, or <c>self</c>.</param>
    /// <exception cref="IOException">There is no such process, or it is hidden.</exception>
    public static long AgeMs(string process) => AgeMs(File.ReadAllText($"/proc/{process}/stat"), BootTimeMs());

    /// <summary>How long ago a process was started.</summary>
    /// <param name="stat">Its <c>/proc/PID/stat</c>.</param>
    /// <param name="bootTimeMs">
    /// The present time by the clock that the start is told in: since the boot, the time that the machine was suspended
    /// included. (<see cref="Environment.TickCount64"/> does not include it.)
    /// </param>
    public static long AgeMs(string stat, long bootTimeMs)
    {
        // The second field, a name in parentheses, may hold blanks; the start time is the 22nd.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var startedTicks = long.Parse(fields[22 - 3], CultureInfo.InvariantCulture);
        return bootTimeMs - (startedTicks * 1000 / ClockTicksPerSecond);
    }

    private static long BootTimeMs()
    {
        var time = stackalloc long[2]; // struct timespec of 64-bit Linux.
        return GetTime(BootTime, time) == 0
            ? (time[0] * 1000) + (time[1] / 1_000_000)
            : throw new IOException(
                $"clock_gettime: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, long* time);
}
