using Rinha.LoadTest.Top;

namespace Rinha.LoadTest.Tests.Top;

public sealed class CgroupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Version_2_is_read_with_limits_and_without()
    {
        Write("cpu.max", "45000 100000");
        Write("cpu.stat", "usage_usec 1500000\nuser_usec 1\nnr_periods 200\nnr_throttled 10\nthrottled_usec 5");
        Write("memory.current", "60000000");
        Write("memory.max", "250000000");
        Write("memory.stat", "anon 1\ninactive_file 20000000\nactive_file 2");
        Assert.Equal(new CgroupReading(1.5, 0.45, 200, 10, 40_000_000, 250_000_000), Read());

        Write("cpu.max", "max 100000");
        Write("cpu.stat", "usage_usec 1500000");
        Write("memory.max", "max");
        Assert.Equal(new CgroupReading(1.5, null, null, null, 40_000_000, null), Read());
    }

    [Fact]
    public void Version_1_is_read_with_limits_and_without()
    {
        Write("cpu.cfs_quota_us", "55000");
        Write("cpu.cfs_period_us", "100000");
        Write("cpu.stat", "nr_periods 20\nnr_throttled 1\nthrottled_time 5");
        Write("cpuacct.usage", "2500000000");
        Write("memory.usage_in_bytes", "30000000");
        Write("memory.limit_in_bytes", "52428800");
        Write("memory.stat", "rss 1\ninactive_file 1\ntotal_inactive_file 10000000");
        Assert.Equal(new CgroupReading(2.5, 0.55, 20, 1, 20_000_000, 52_428_800), Read());

        Write("cpu.cfs_quota_us", "-1");
        Write("memory.limit_in_bytes", "9223372036854771712");
        Assert.Equal(new CgroupReading(2.5, null, 20, 1, 20_000_000, null), Read());
    }

    [Fact]
    public void A_missing_cgroup_has_no_values() =>
        Assert.Equal(new CgroupReading(null, null, null, null, null, null), Read());

    public void Dispose() => _directory.Dispose();

    private CgroupReading Read() =>
        new Cgroup([_directory.FullPath, _directory.FullPath, _directory.FullPath]).Read();

    private void Write(string name, string text) =>
        File.WriteAllText(Path.Combine(_directory.FullPath, name), text + "\n");
}
