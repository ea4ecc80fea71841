using System.Globalization;

namespace Rinha.Server.Telemetry;

/// <summary>What the kernel knows of a process (proc(5)).</summary>
internal static class ProcessStat
{
    private const int ClockTicksPerSecond = 100; // USER_HZ, the unit of /proc/PID/stat.

    /// <summary>How long ago a process was started, in milliseconds, to ten exactly.</summary>
    /// <param name="process">Its number, or <c>self</c>.</param>
    public static long AgeMs(string process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // The second field, a name in parentheses, may hold blanks; the start time is the 22nd.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var startedTicks = long.Parse(fields[22 - 3], CultureInfo.InvariantCulture);
        return Environment.TickCount64 - (startedTicks * 1000 / ClockTicksPerSecond);
    }
}
