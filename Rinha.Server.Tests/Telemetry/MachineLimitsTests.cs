using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

// cgroups v1 and v2 as seen from a machine, a service and a container.
public sealed class MachineLimitsTests : IDisposable
{
    private const string Version2 = "30 23 0:26 / /cg rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";

    private readonly TemporaryDirectory _root = new();

    [Fact]
    public void Version_2_has_the_smallest_limit_of_the_group_and_its_ancestors()
    {
        Write("proc/self/cgroup", "0::/outer/inner");
        Write("proc/self/mountinfo", "1 1 0:1 / / rw - ext4 /dev/x rw", Version2);
        Write("cg/cpu.max", "max 100000");
        Write("cg/outer/cpu.max", "150000 100000");
        Write("cg/outer/memory.max", "576716800");
        Write("cg/outer/inner/cpu.max", "45000 100000");
        Write("cg/outer/inner/memory.max", "max");

        AssertLimits(0.45, 576_716_800);
    }

    [Fact]
    public void Version_1_has_a_group_for_each_controller()
    {
        Write("proc/self/cgroup", "5:memory:/m", "4:cpu,cpuacct:/c", "1:name=systemd:/s");
        Write(
            "proc/self/mountinfo",
            "31 23 0:27 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
            "32 23 0:28 / /cg/memory rw shared:9 - cgroup cgroup rw,memory");
        Write("cg/cpu,cpuacct/cpu.cfs_quota_us", "-1");
        Write("cg/cpu,cpuacct/cpu.cfs_period_us", "100000");
        Write("cg/cpu,cpuacct/c/cpu.cfs_quota_us", "60000");
        Write("cg/cpu,cpuacct/c/cpu.cfs_period_us", "100000");
        Write("cg/memory/memory.limit_in_bytes", "9223372036854771712");
        Write("cg/memory/m/memory.limit_in_bytes", "52428800");

        AssertLimits(0.6, 52_428_800);
    }

    [Fact]
    public void In_a_container_the_mount_is_the_group_itself()
    {
        Write("proc/self/cgroup", "4:cpu:/docker/abc");
        Write("proc/self/mountinfo", "31 23 0:27 /docker/abc /cg/cpu ro - cgroup cgroup rw,cpu");
        Write("cg/cpu/cpu.cfs_quota_us", "45000");
        Write("cg/cpu/cpu.cfs_period_us", "100000");

        AssertLimits(0.45, null);
    }

    [Fact]
    public void Limits_that_are_not_set_or_cannot_be_read_are_absent()
    {
        AssertLimits(null, null);
        Write("proc/self/cgroup", "4:memory:/", "0::/");
        Write(
            "proc/self/mountinfo", Version2, "32 23 0:28 / /cg/memory rw - cgroup cgroup rw,memory");
        Write("cg/memory/memory.limit_in_bytes", "9223372036854771712");

        AssertLimits(null, null);
    }

    [Fact]
    public void The_open_files_limit_is_the_soft_one()
    {
        Write(
            "proc/self/limits",
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max open files            1024                 524288               files     ");
        Assert.Equal(1024, MachineLimits.Read(_root.FullPath).OpenFiles);

        Write("proc/self/limits", "Max open files            unlimited            unlimited            files     ");
        Assert.Null(MachineLimits.Read(_root.FullPath).OpenFiles);
    }

    public void Dispose() => _root.Dispose();

    private void AssertLimits(double? cpus, long? memoryBytes) =>
        Assert.Equal(
            new MachineLimits(Environment.ProcessorCount, cpus, memoryBytes, null),
            MachineLimits.Read(_root.FullPath));

    private void Write(string path, params string[] lines)
    {
        var file = _root.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllLines(file, lines);
    }
}
