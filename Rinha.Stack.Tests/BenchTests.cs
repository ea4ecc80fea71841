namespace Rinha.Stack.Tests;

// Runs each microbenchmark once, without measuring: it asserts its answers.
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
