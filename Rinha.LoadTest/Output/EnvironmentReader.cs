using System.Reflection;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>Asks this process and its machine what a report must say for its figures to mean something.</summary>
public static class EnvironmentReader
{
    // What means nothing to a shell, besides letters and digits.
    private const string Unquoted = "-_./:=,+@%";

    public static EnvironmentReport Read(string target, string? limits) => new(
        CommandLine(Environment.GetCommandLineArgs()),
        Version(),
        target,
        Processor(File.ReadLines("/proc/cpuinfo")),
        // Affinity and the control group's share are in it, the machine's other cores are not.
        Environment.ProcessorCount,
        $"{RuntimeInformation.OSDescription}, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
        limits);

    internal static string Processor(IEnumerable<string> cpuinfo) => cpuinfo
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .FirstOrDefault(parts => parts is ["model name" or "Model", _])?[1]
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    // Arguments as a shell would take them again; of the program its name only, not where it lies.
    internal static string CommandLine(IReadOnlyList<string> arguments) =>
        string.Join(' ', arguments.Skip(1).Select(Quoted).Prepend(Quoted(Path.GetFileName(arguments[0]))));

    private static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsLetterOrDigit(letter) || Unquoted.Contains(letter))
            ? argument
            : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Version() =>
        typeof(EnvironmentReader).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
