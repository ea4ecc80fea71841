using Rinha.Stack.Cgroups;

namespace Rinha.Stack.Tests;

// top against a running stack.
[Collection(RunsAlone.Name)]
public sealed class TopTests
{
    [Theory]
    [InlineData("caddy-postgres")]
    [InlineData("nginx-stream")]
    public void Lines_show_the_load_the_processes_and_the_limits_in_force(string name)
    {
        using var stack = TestBank.Start("--stack", name);
        using var load = RinhaCommand.Start(
            [], "load", $"http://127.0.0.1:{stack.Port}", "-r", "100", "-d", "6s", "--quiet");
        Wait.Until(() => stack.Balance() != 0, "the load has begun");
        var lines = Lines(stack, 3);
        load.AwaitExit();

        Assert.Equal(4, lines.Count);
        Assert.Contains(Column(lines, "requests_per_s"), text => Number(text) > 0);
        Assert.Contains(Column(lines, "committed_per_s"), text => Number(text) > 0);
        Assert.Contains(Column(lines, "batch_mean"), text => Number(text) >= 1);
        Assert.All(Column(lines, "api01_state").Concat(Column(lines, "api02_state")), Assert.NotEmpty);
        foreach (var (process, limits) in stack.Instance.State.Layout.ReadLimits())
        {
            Assert.Contains(Column(lines, process + "_memory_mb"), text => Number(text) > 0);
            if (stack.Instance.State.Cgroup is not null)
            {
                Assert.Equal(limits.CpuQuota, Number(Column(lines, process + "_cpu_limit")[0]) * 100_000, 1.0);
                Assert.Equal(
                    ProcessLimits.MemoryText(limits.MemoryBytes),
                    Column(lines, process + "_memory_limit_mb")[0] + "MB");
            }
        }
    }

    [Fact]
    public void Without_a_stack_it_fails_and_a_floor_has_no_requests()
    {
        using var stack = new TestBank();
        stack.Verb("top").AssertExit(3, $"no stack is running on {stack.Data.FullPath} (./rinha run)");
        stack.Run("--floor");
        // A floor has no metrics, only the kernel's counters.
        Assert.Equal("0", Column(Lines(stack, 1), "requests_per_s")[0]);
    }

    private static List<string> Lines(TestBank stack, int count) =>
        [.. stack.Verb("top", "--count", $"{count}").AssertExit(0, "").Output.TrimEnd('\n').Split('\n')];

    private static List<string> Column(List<string> lines, string name)
    {
        var index = lines[0].Split('\t').IndexOf(name);
        Assert.True(index >= 0, $"no column {name} in {lines[0]}");
        return [.. lines.Skip(1).Select(line => line.Split('\t')[index])];
    }

    private static double Number(string text) =>
        double.TryParse(text, out var number) ? number : 0;
}
