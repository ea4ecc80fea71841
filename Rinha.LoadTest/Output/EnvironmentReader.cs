using System.Reflection;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// Reads what a report needs to be reproducible: command, version, machine, limits.
public static class EnvironmentReader
{
    // Characters besides letters and digits that a shell does not interpret.
    private const string Unquoted = "-_./:=,+@%";

    public static EnvironmentReport Read(string target, string? limits) => new(
        CommandLine(Environment.GetCommandLineArgs()),
        Version(),
        target,
        Processor(File.ReadLines("/proc/cpuinfo")),
        // Respects CPU affinity and cgroup limits.
        Environment.ProcessorCount,
        $"{RuntimeInformation.OSDescription}, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
        limits);

    internal static string Processor(IEnumerable<string> cpuinfo) => cpuinfo
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .FirstOrDefault(parts => parts is ["model name" or "Model", _])?[1]
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    // Quotes the arguments for a shell; keeps only the program's file name.
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
