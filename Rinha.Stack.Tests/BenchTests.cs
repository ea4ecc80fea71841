namespace Rinha.Stack.Tests;

/// <summary>The microbenchmarks, without measuring: each asserts its answers and runs once.</summary>
public sealed class BenchTests
{
    [Fact]
    public void Every_benchmark_gives_its_answer()
    {
        var program = Testing.Repository.PathOf("Rinha.Bench", "bin", "Release", "net10.0", "Rinha.Bench.dll");
        Assert.SkipUnless(File.Exists(program), "the benchmarks are not built (./rinha test builds them)");
        using var artifacts = new TemporaryDirectory();
        var result = Tool.Run(
            ["dotnet", program, "--filter", "*", "--job", "Dry", "--inProcess", "--artifacts", artifacts.FullPath]);
        Assert.True(result.Succeeded, result.Output + result.Error);
    }
}
