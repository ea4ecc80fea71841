using Rinha.Stack.Cgroups;

namespace Rinha.Stack.Tests;

/// <summary>What is written into the kernel's files and read from them, with directories in their place.</summary>
public sealed class CgroupTests : IDisposable
{
    private static readonly ProcessLimits s_limits = new(45_000, 262_144_000);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Version_2_gets_its_files()
    {
        File.WriteAllText(_directory.File("cgroup.controllers"), "");
        var cgroup = StackCgroup.Locate("stack", _directory.FullPath)!;
        Assert.True(cgroup.TryCreate("api01", s_limits));
        Assert.True(cgroup.CanEnter("api01"));

        Assert.Equal("v2", cgroup.Version);
        Assert.Equal("+cpu +memory\n", Read("cgroup.subtree_control"));
        Assert.Equal("+cpu +memory\n", Read("stack/cgroup.subtree_control"));
        Assert.Equal("45000 100000\n", Read("stack/api01/cpu.max"));
        Assert.Equal("262144000\n", Read("stack/api01/memory.max"));
        Assert.Equal("0\n", Read("stack/api01/memory.swap.max"));
        Assert.Matches("^[0-9]+\n$", Read("stack/api01/cgroup.procs"));
        Assert.Equal(45_000, cgroup.CpuQuotaOf("api01"));
        Assert.Equal(262_144_000, cgroup.MemoryLimitOf("api01"));
    }

    [Fact]
    public void Version_1_gets_its_files()
    {
        var cgroup = Version1();
        Assert.True(cgroup.TryCreate("nginx", s_limits));

        Assert.Equal("v1", cgroup.Version);
        Assert.Equal("100000\n", Read("cpu/stack/nginx/cpu.cfs_period_us"));
        Assert.Equal("45000\n", Read("cpu/stack/nginx/cpu.cfs_quota_us"));
        Assert.Equal("262144000\n", Read("memory/stack/nginx/memory.limit_in_bytes"));
        Assert.Equal(3, cgroup.EntrancesOf("nginx").Count);
        Assert.Equal(45_000, cgroup.CpuQuotaOf("nginx"));
        Assert.Equal(262_144_000, cgroup.MemoryLimitOf("nginx"));
    }

    [Fact]
    public void What_the_kernel_has_counted_is_read_back_from_version_1()
    {
        var cgroup = Version1();
        Assert.True(cgroup.TryCreate("caddy", s_limits));
        Write("memory/stack/caddy/memory.max_usage_in_bytes", "62914560");
        Write("memory/stack/caddy/memory.failcnt", "17");
        Write("memory/stack/caddy/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3");
        Write("cpu/stack/caddy/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 1");
        Write("cpuacct/stack/caddy/cpuacct.usage", "5000000");
        Assert.Equal(
            [62_914_560, 17, 3, 4, 5000],
            new[]
            {
                cgroup.MemoryPeakOf("caddy"), cgroup.MemoryFullOf("caddy"), cgroup.KilledOf("caddy"),
                cgroup.ThrottledPeriodsOf("caddy"), cgroup.CpuMicrosecondsOf("caddy"),
            });
    }

    [Fact]
    public void What_the_kernel_has_counted_is_read_back_from_version_2()
    {
        File.WriteAllText(_directory.File("cgroup.controllers"), "");
        var cgroup = StackCgroup.Locate("stack", _directory.FullPath)!;
        Assert.True(cgroup.TryCreate("caddy", s_limits));
        Write("stack/caddy/memory.events", "low 0\nhigh 0\nmax 17\noom 4\noom_kill 3");
        Write("stack/caddy/cpu.stat", "usage_usec 5000\nnr_throttled 4");
        // A kernel before 5.19 knows no peak.
        Assert.Null(cgroup.MemoryPeakOf("caddy"));
        Write("stack/caddy/memory.peak", "62914560");
        Assert.Equal(
            [62_914_560, 17, 3, 4, 5000],
            new[]
            {
                cgroup.MemoryPeakOf("caddy"), cgroup.MemoryFullOf("caddy"), cgroup.KilledOf("caddy"),
                cgroup.ThrottledPeriodsOf("caddy"), cgroup.CpuMicrosecondsOf("caddy"),
            });
    }

    [Fact]
    public void No_limit_is_made_up()
    {
        Assert.Null(StackCgroup.Locate("stack", _directory.File("nothing")));
        var cgroup = Version1();
        Directory.CreateDirectory(_directory.File("cpu/stack/api01"));
        Directory.CreateDirectory(_directory.File("memory/stack/api01"));
        Write("cpu/stack/api01/cpu.cfs_quota_us", "-1");
        Write("memory/stack/api01/memory.limit_in_bytes", "9223372036854771712");
        Assert.Null(cgroup.CpuQuotaOf("api01"));
        Assert.Null(cgroup.MemoryLimitOf("api01"));
    }

    public void Dispose() => _directory.Dispose();

    private StackCgroup Version1()
    {
        foreach (var controller in (string[])["cpu", "cpuacct", "memory"])
        {
            Directory.CreateDirectory(_directory.File(controller));
        }

        return StackCgroup.Locate("stack", _directory.FullPath)!;
    }

    private string Read(string name) => File.ReadAllText(_directory.File(name));

    private void Write(string name, string text) => File.WriteAllText(_directory.File(name), text + "\n");
}
