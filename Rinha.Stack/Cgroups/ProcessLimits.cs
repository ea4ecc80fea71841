namespace Rinha.Stack.Cgroups;

/// <summary>The CPU and memory limits of one process.</summary>
/// <param name="CpuQuota">Microseconds per 100 ms period: the kernel's unit, so sums are exact.</param>
public sealed partial record ProcessLimits(int CpuQuota, long MemoryBytes)
{
    /// <summary>1.50 CPU, the contest's limit for all processes together.</summary>
    public const int CpuQuotaMax = 150_000;

    /// <summary>550MB, the contest's limit for all processes together.</summary>
    public const long MemoryBytesMax = 550 * Megabyte;

    private const long Megabyte = 1024 * 1024;

    /// <summary>Parses limits in Compose's notation: <c>0.45</c> CPUs and <c>250MB</c>, in powers of 1024.</summary>
    public static ProcessLimits Parse(string cpus, string memory) => new(QuotaOf(cpus), BytesOf(memory));

    /// <summary>A quota in CPUs, truncated to two digits; "none" without a limit.</summary>
    public static string CpuText(long? quota) =>
        quota is null ? "none" : $"{quota / 100_000}.{quota % 100_000 / 1000:00}";

    /// <summary>Bytes as whole megabytes; "none" without a limit.</summary>
    public static string MemoryText(long? bytes) => bytes is null ? "none" : $"{bytes / Megabyte}MB";

    private static int QuotaOf(string cpus) => CpuForm().IsMatch(cpus)
        ? (int)(decimal.Parse(cpus) * 100_000)
        : throw new StackException($"not a number of CPUs: '{cpus}'");

    private static long BytesOf(string memory)
    {
        var match = MemoryForm().Match(memory);
        if (!match.Success)
        {
            throw new StackException($"not an amount of memory: '{memory}'");
        }

        var unit = char.ToUpperInvariant(match.Groups[2].ValueSpan[0]) switch
        {
            'K' => 1024,
            'M' => Megabyte,
            _ => 1024 * Megabyte,
        };
        return long.Parse(match.Groups[1].ValueSpan) * unit;
    }

    [GeneratedRegex(@"^[0-9]{1,3}(\.[0-9]{1,5})?$")]
    private static partial Regex CpuForm();

    [GeneratedRegex("^([0-9]{1,7})([kmgKMG])[bB]?$")]
    private static partial Regex MemoryForm();
}
