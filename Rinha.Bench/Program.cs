using BenchmarkDotNet.Running;

namespace Rinha.Bench;

/// <summary>Runs the benchmarks that the command line chooses.</summary>
internal static class Program
{
    private static void Main(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
