using Rinha.Stack.Cgroups;

namespace Rinha.Stack.Tests;

// What StackCgroup writes to and reads from the kernel's files, against plain directories.
public sealed class CgroupTests : IDisposable
{
    private static readonly ProcessLimits s_limits = new(45_000, 262_144_000);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Version_2_gets_its_files()
    {
        var cgroup = Version2();
        Assert.True(cgroup.TryCreate("api01", s_limits));
        Assert.True(cgroup.CanJoin("api01"));

        Assert.Equal("v2", cgroup.Version);
        Assert.Equal("+cpu +memory\n", Read("cgroup.subtree_control"));
        Assert.Equal("+cpu +memory\n", Read("stack/cgroup.subtree_control"));
        Assert.Equal("45000 100000\n", Read("stack/api01/cpu.max"));
        Assert.Equal("262144000\n", Read("stack/api01/memory.max"));
        Assert.Equal("0\n", Read("stack/api01/memory.swap.max"));
        Assert.Matches("^[0-9]+\n$", Read("stack/api01/cgroup.procs"));
        AssertInForce(cgroup);
    }

    [Fact]
    public void Version_1_gets_its_files()
    {
        var cgroup = Version1();
        Assert.True(cgroup.TryCreate("api01", s_limits));

        Assert.Equal("v1", cgroup.Version);
        Assert.Equal("100000\n", Read("cpu/stack/api01/cpu.cfs_period_us"));
        Assert.Equal("45000\n", Read("cpu/stack/api01/cpu.cfs_quota_us"));
        Assert.Equal("262144000\n", Read("memory/stack/api01/memory.limit_in_bytes"));
        Assert.Equal("262144000\n", Read("memory/stack/api01/memory.memsw.limit_in_bytes"));
        Assert.Equal(3, cgroup.ProcsFilesOf("api01").Count);
        AssertInForce(cgroup);
    }

    [Fact]
    public void Counters_are_read_from_version_1()
    {
        var cgroup = Version1();
        Assert.True(cgroup.TryCreate("api01", s_limits));
        Write("memory/stack/api01/memory.max_usage_in_bytes", "62914560");
        Write("cpu/stack/api01/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 1");
        Write("cpuacct/stack/api01/cpuacct.usage", "5000000");
        AssertCounted(cgroup);
    }

    [Fact]
    public void Counters_are_read_from_version_2()
    {
        var cgroup = Version2();
        Assert.True(cgroup.TryCreate("api01", s_limits));
        Write("stack/api01/cpu.stat", "usage_usec 5000\nnr_throttled 4");
        // A kernel before 5.19 has no memory.peak.
        Assert.Null(cgroup.MemoryPeakOf("api01"));
        Write("stack/api01/memory.peak", "62914560");
        AssertCounted(cgroup);
    }

    [Fact]
    public void No_limit_is_reported_as_null()
    {
        Assert.Null(StackCgroup.Locate("stack", _directory.File("nothing")));
        var cgroup = Version1();
        Assert.True(cgroup.TryCreate("api01", s_limits));
        Write("cpu/stack/api01/cpu.cfs_quota_us", "-1");
        Write("memory/stack/api01/memory.limit_in_bytes", "9223372036854771712");
        Assert.Null(cgroup.CpuQuotaOf("api01"));
        Assert.Null(cgroup.MemoryLimitOf("api01"));
    }

    public void Dispose() => _directory.Dispose();

    private static void AssertInForce(StackCgroup cgroup)
    {
        Assert.Equal(s_limits.CpuQuota, cgroup.CpuQuotaOf("api01"));
        Assert.Equal(s_limits.MemoryBytes, cgroup.MemoryLimitOf("api01"));
    }

    private static void AssertCounted(StackCgroup cgroup)
    {
        Assert.Equal(62_914_560, cgroup.MemoryPeakOf("api01"));
        Assert.Equal(4, cgroup.ThrottledPeriodsOf("api01"));
        Assert.Equal(5000, cgroup.CpuMicrosecondsOf("api01"));
    }

    private StackCgroup Version1()
    {
        foreach (var controller in (string[])["cpu", "cpuacct", "memory"])
        {
            Directory.CreateDirectory(_directory.File(controller));
        }

        return StackCgroup.Locate("stack", _directory.FullPath)!;
    }

    private StackCgroup Version2()
    {
        Write("cgroup.controllers", "cpu memory");
        return StackCgroup.Locate("stack", _directory.FullPath)!;
    }

    private string Read(string name) => File.ReadAllText(_directory.File(name));

    private void Write(string name, string text) => File.WriteAllText(_directory.File(name), text + "\n");
}
