namespace Rinha.Stack.Cgroups;

/// <summary>How much one process may use.</summary>
/// <param name="CpuQuota">Microseconds of each period of 100 ms: the kernel's unit, so no sum is ever rounded.</param>
public sealed partial record ProcessLimits(int CpuQuota, long MemoryBytes)
{
    /// <summary>1.50 CPU, the contest's bound over all processes.</summary>
    public const int CpuQuotaMax = 150_000;

    /// <summary>550MB, the contest's bound over all processes.</summary>
    public const long MemoryBytesMax = 550 * Megabyte;

    private const long Megabyte = 1024 * 1024;

    /// <summary>Reads limits as Compose writes them: <c>0.45</c> and <c>250MB</c>, in powers of 1024.</summary>
    public static ProcessLimits Parse(string cpus, string memory) => new(QuotaOf(cpus), BytesOf(memory));

    /// <summary>A quota as a number of CPUs, cut after two digits; none when there is no limit.</summary>
    public static string CpuText(long? quota) =>
        quota is null ? "none" : $"{quota / 100_000}.{quota % 100_000 / 1000:00}";

    /// <summary>Bytes as megabytes, cut; none when there is no limit.</summary>
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
