using System.Globalization;

namespace Rinha.LoadTest.Chaos;

/// <summary>What a process has in memory.</summary>
internal static class ProcessMemory
{
    private const int ResidentAt = 1;
    private const int SharedAt = 2;

    /// <summary>
    /// Its resident bytes (/proc/PID/statm) without those of files: a mapped ledger that grows is no memory lost.
    /// </summary>
    public static long OwnBytes(int processId)
    {
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/statm");
        var fields = File.ReadAllText(file).Split(' ');
        return (Pages(fields[ResidentAt]) - Pages(fields[SharedAt])) * Environment.SystemPageSize;
    }

    private static long Pages(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
