using Rinha.Stack.Cgroups;

namespace Rinha.Stack.Tests;

// Parsing limits, and refusing those beyond the contest's.
public sealed class LimitsTests
{
    [Theory]
    [InlineData("0.45", "250MB", 45_000, 262_144_000)]
    [InlineData("1", "1G", 100_000, 1_073_741_824)]
    [InlineData("0.05", "50mb", 5_000, 52_428_800)]
    public void Units_match_Compose(string cpus, string memory, int quota, long bytes) =>
        Assert.Equal(new ProcessLimits(quota, bytes), ProcessLimits.Parse(cpus, memory));

    [Theory]
    [InlineData("nginx-sqlite", "API_CPUS", "fast", "not a number of CPUs: 'fast'")]
    [InlineData("nginx-sqlite", "API_MEMORY", "250", "not an amount of memory: '250'")]
    [InlineData("nginx-sqlite", "NGINX_CPUS", "0.70", "1.60 CPU, above 1.50 (see stacks/nginx-sqlite/split.env)")]
    [InlineData("nginx-stream", "API_MEMORY", "236MB", "add up to 552MB, above 550MB")]
    [InlineData("nginx-postgres", "DB_CPUS", "0.66", "1.60 CPU, above 1.50 (see stacks/nginx-postgres/split.env)")]
    [InlineData("caddy-postgres", "CADDY_MEMORY", "61MB", "add up to 551MB")]
    public void Limits_beyond_the_contest_are_refused_before_anything_is_created(
        string layout, string name, string value, string reason)
    {
        using var stack = new TestBank();
        stack.TryRun([(name, value)], "--stack", layout).AssertExit(1, reason);
        Assert.False(Directory.Exists(stack.Data.FullPath));
    }

    [Fact]
    public void An_unknown_stack_or_split_is_refused()
    {
        using var stack = new TestBank();
        stack.TryRun([], "--stack", "sky")
            .AssertExit(2, $"not a stack: 'sky' ({string.Join(' ', StackLayout.Names)})");
        stack.TryRun([], "--stack", "caddy-postgres", "--split", "sky")
            .AssertExit(2, "not a split of caddy-postgres: 'sky' (split tuned)");
        stack.TryRun([], "--stack", "caddy-postgres", "--limit")
            .AssertExit(2, "--limit, --tls and --metrics need nginx");
        stack.TryRun([("RINHA_LIMIT", "9")], "--stack", "nginx-stream")
            .AssertExit(2, "--limit (RINHA_LIMIT) counts requests, and the nginx of nginx-stream sees connections");
    }
}
