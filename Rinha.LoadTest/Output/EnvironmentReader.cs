using System.Reflection;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>Asks this process and its machine what a report must say for its figures to mean something.</summary>
public static class EnvironmentReader
{
    private const string ProcessorFile = "/proc/cpuinfo";
    private const string KernelFile = "/proc/sys/kernel/osrelease";

    // What means nothing to a shell, besides letters and digits.
    private const string Unquoted = "-_./:=,+@%";

    /// <param name="limits">The stack's limits in the caller's words, when he gave any.</param>
    public static EnvironmentReport Read(string target, string? limits) => new(
        CommandLine(Environment.GetCommandLineArgs()),
        Version(),
        target,
        File.Exists(ProcessorFile) ? Processor(File.ReadLines(ProcessorFile)) : Processor([]),
        // Affinity and the control group's share are in it, the machine's other cores are not.
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription + Kernel(),
        limits);

    // The name in the lines of /proc/cpuinfo; the architecture where the kernel gives none.
    internal static string Processor(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0 && line.AsSpan(0, colon).Trim() is "model name" or "Model")
            {
                return line[(colon + 1)..].Trim();
            }
        }

        return RuntimeInformation.ProcessArchitecture.ToString();
    }

    // Arguments as a shell would take them again; of the program its name only, not where it lies.
    internal static string CommandLine(IReadOnlyList<string> arguments) =>
        string.Join(' ', arguments.Skip(1).Select(Quoted).Prepend(Quoted(Path.GetFileName(arguments[0]))));

    private static string Kernel() =>
        File.Exists(KernelFile) ? $", Linux {File.ReadAllText(KernelFile).Trim()}" : "";

    private static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsLetterOrDigit(letter) || Unquoted.Contains(letter))
            ? argument
            : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Version() =>
        typeof(EnvironmentReader).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
