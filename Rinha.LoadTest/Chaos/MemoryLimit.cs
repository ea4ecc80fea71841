using System.Globalization;

namespace Rinha.LoadTest.Chaos;

/// <summary>What the kernel counts as a process's memory, and how much it may be (cgroup v1 or v2).</summary>
/// <param name="PeakBytes">The most there was since it was started; 0 where the kernel does not say.</param>
/// <param name="LimitBytes">The most there may be; 0 where there is no limit.</param>
internal readonly record struct MemoryLimit(long PeakBytes, long LimitBytes)
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Reads it.</summary>
    public static MemoryLimit Of(int processId)
    {
        foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cgroup")))
        {
            if (line.Split(':') is [_, var controllers, var path])
            {
                var isVersion2 = controllers.Length == 0 && File.Exists($"{Root}/cgroup.controllers");
                if (isVersion2)
                {
                    return new MemoryLimit(Read($"{Root}{path}/memory.peak"), Read($"{Root}{path}/memory.max"));
                }

                if (controllers == "memory")
                {
                    var directory = $"{Root}/memory{path}";
                    return new MemoryLimit(
                        Read($"{directory}/memory.max_usage_in_bytes"), Read($"{directory}/memory.limit_in_bytes"));
                }
            }
        }

        return default;
    }

    private static long Read(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var bytes)
            && bytes < long.MaxValue / 2
            ? bytes
            : 0;
}
