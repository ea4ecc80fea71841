using Rinha.Server.Sqlite;
using Rinha.Server.Sqlite.Locking;

namespace Rinha.Bench;

/// <summary>Goes through the gate, alone or while another is inside half of the time, as a busy process is.</summary>
public class GateBenchmarks : IDisposable
{
    private const int RivalUs = 100; // About a batch of 16.

    private readonly string _directory = Directory.CreateTempSubdirectory("rinha-bench-").FullName;
    private Gate _gate = null!;
    private Thread? _rival;
    private volatile bool _stopping;

    [Params(false, true)]
    public bool Rival { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _gate = new Gate(Path.Combine(_directory, "rinha.db"));
        if (Rival)
        {
            _rival = new Thread(TakeTurns) { IsBackground = true };
            _rival.Start();
        }

        EnterAndExit();
    }

    [Benchmark]
    public void EnterAndExit()
    {
        _gate.Enter();
        _gate.Exit();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _stopping = true;
        _rival?.Join();
        _gate?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void TakeTurns()
    {
        using var gate = new Gate(Path.Combine(_directory, "rinha.db"));
        while (!_stopping)
        {
            gate.Enter();
            Work();
            gate.Exit();
            Work();
        }
    }

    private static void Work()
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalMicroseconds < RivalUs;)
        {
            Thread.SpinWait(10);
        }
    }
}
