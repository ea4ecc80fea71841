using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.NativeAot;

namespace Rinha.Bench;

/// <summary>
/// <c>[aot] [BenchmarkDotNet's flags]</c>: measures with the just-in-time compiler, or with <c>aot</c> as the server
/// is published. docs/microbenchmarks.md has the command lines.
/// </summary>
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

        // BenchmarkDotNet itself ends with 0 whatever becomes of the benchmarks.
        var flags = isAot ? args[1..] : args;
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(flags, config);
        return summaries.All(summary =>
            !summary.HasCriticalValidationErrors
            && summary.Reports.Length == summary.BenchmarksCases.Length
            && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    // The stock toolchain asks a feed of previews; this one takes the SDK's own compiler from the ordinary one. And it
    // compiles for the machine it runs on, while the server is published for every machine of its architecture.
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
