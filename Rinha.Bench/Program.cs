using BenchmarkDotNet.Running;

namespace Rinha.Bench;

/// <summary>
/// <c>jit|aot|both [BenchmarkDotNet's flags]</c> measures, <c>check [TEXT]</c> only runs every benchmark once.
/// docs/microbenchmarks.md has the command lines.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["check"]:
                return BenchmarkCheck.Run("");
            case ["check", var text]:
                return BenchmarkCheck.Run(text);
            case ["jit" or "aot" or "both", .. var flags]:
                return Measure(new BenchConfig(jit: args[0] != "aot", aot: args[0] != "jit"), flags);
            default:
                Console.Error.WriteLine("Rinha.Bench: jit, aot or both and BenchmarkDotNet's flags, or check [TEXT]");
                return 2;
        }
    }

    // BenchmarkDotNet itself ends with 0 whatever becomes of the benchmarks.
    private static int Measure(BenchConfig config, string[] flags)
    {
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(flags, config).ToList();
        var sound = summaries.Count > 0 && summaries.All(summary =>
            !summary.HasCriticalValidationErrors
            && summary.Reports.Length == summary.BenchmarksCases.Length
            && summary.Reports.All(report => report.Success));
        return sound ? 0 : 1;
    }
}
