using System.Globalization;

namespace Rinha.LoadTest.Chaos.Soak;

/// <summary>Looks once a second at what the bank's processes hold.</summary>
internal sealed class ResourceSampler : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Bank _bank;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private readonly List<ResourceSample> _samples = [];

    /// <param name="bank">Whose processes; they must stay the same ones.</param>
    public ResourceSampler(Bank bank)
    {
        _bank = bank;
        _thread = new Thread(Run) { Name = "resource sampler" };
        _thread.Start();
    }

    /// <summary>Ends the sampling.</summary>
    /// <returns>What was seen, in time's order.</returns>
    public IReadOnlyList<ResourceSample> Stop()
    {
        _stop.Set();
        _thread.Join();
        return _samples;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        do
        {
            var wal = new FileInfo(_bank.DatabasePath + "-wal");
            _samples.Add(new ResourceSample(
                _bank.Apis.Sum(api => ResidentBytes(api.ProcessId)),
                _bank.Apis.Sum(api => Directory.GetFiles($"/proc/{api.ProcessId}/fd").Length),
                wal.Exists ? wal.Length : 0));
        }
        while (!_stop.Wait(s_interval));
    }

    // The second number of statm counts resident pages (proc_pid_statm(5)).
    private static long ResidentBytes(int processId) =>
        long.Parse(File.ReadAllText($"/proc/{processId}/statm").Split(' ')[1], CultureInfo.InvariantCulture)
        * Environment.SystemPageSize;
}
