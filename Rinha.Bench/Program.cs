using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.NativeAot;

namespace Rinha.Bench;

// Usage: [aot] [BenchmarkDotNet's flags]. Benchmarks run under the JIT, or with aot compiled like the published server.
// docs/microbenchmarks.md has the command lines.
internal static class Program
{
    private static int Main(string[] args)
    {
        var isAot = args is ["aot", ..];
        var config = ManualConfig.Create(DefaultConfig.Instance).AddDiagnoser(MemoryDiagnoser.Default);
        if (isAot)
        {
            config.AddJob(AsTheServerIsPublished());
        }

        // BenchmarkDotNet exits with 0 even if benchmarks fail.
        var flags = isAot ? args[1..] : args;
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(flags, config);
        return summaries.All(summary =>
            !summary.HasCriticalValidationErrors
            && summary.Reports.Length == summary.BenchmarksCases.Length
            && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    // The default toolchain restores a preview compiler and targets the local CPU's instruction set. This one uses the
    // SDK's compiler and the architecture's baseline, like the published server.
    private static Job AsTheServerIsPublished() => Job.Default
        .WithRuntime(NativeAotRuntime.Net10_0)
        .WithGcServer(false)
        .WithGcConcurrent(false)
        .WithToolchain(NativeAotToolchain.CreateBuilder()
            .UseNuGet("")
            .IlcInstructionSet("")
            .UseNuGetClearTag(false)
            .TargetFrameworkMoniker("net10.0")
            .DisplayName("NativeAOT")
            .ToToolchain());
}
