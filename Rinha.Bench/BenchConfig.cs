using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.NativeAot;
using BenchmarkDotNet.Validators;
using Perfolizer.Horology;

namespace Rinha.Bench;

/// <summary>How everything is measured: with the just-in-time compiler and as the Native AOT that ships.</summary>
internal sealed class BenchConfig : ManualConfig
{
    /// <summary>The name of the job with the just-in-time compiler.</summary>
    public const string Jit = "JIT";

    /// <summary>The name of the job with Native AOT.</summary>
    public const string Aot = "NativeAOT";

    private const int WarmupCount = 4;
    private const int IterationCount = 10;
    private const int IterationMs = 200;

    public BenchConfig(bool jit, bool aot)
    {
        AddLogger(ConsoleLogger.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddColumn(StatisticColumn.OperationsPerSecond);
        AddDiagnoser(MemoryDiagnoser.Default);
        AddValidator(JitOptimizationsValidator.FailOnError);
        AddExporter(MarkdownExporter.GitHub, new SideBySideExporter());
        if (jit)
        {
            AddJob(Short(CoreRuntime.Core10_0, Jit));
        }

        if (aot)
        {
            AddJob(Short(NativeAotRuntime.Net10_0, Aot).WithToolchain(AsTheServerIsPublished()));
        }
    }

    // Short, so that the whole takes minutes: what differs by less than the noise is not told apart anyway. The
    // garbage collector is set as in Rinha.Server.csproj.
    private static Job Short(Runtime runtime, string name) => Job.Default
        .WithRuntime(runtime)
        .WithWarmupCount(WarmupCount)
        .WithIterationCount(IterationCount)
        .WithIterationTime(TimeInterval.FromMilliseconds(IterationMs))
        .WithGcServer(false)
        .WithGcConcurrent(false)
        .WithId(name);

    // The stock toolchain asks a feed of previews; this one takes the SDK's own compiler from the ordinary one. And it
    // compiles for the machine it runs on, while the server is published for every machine of its architecture.
    private static IToolchain AsTheServerIsPublished() => NativeAotToolchain.CreateBuilder()
        .UseNuGet("")
        .IlcInstructionSet("")
        .UseNuGetClearTag(false)
        .TargetFrameworkMoniker("net10.0")
        .DisplayName(Aot)
        .ToToolchain();
}
