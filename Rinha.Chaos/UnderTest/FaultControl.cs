using System.IO.MemoryMappedFiles;

namespace Rinha.Chaos.UnderTest;

// Where the fault library kills or stops a server (scripts/faults/faults.c).
internal enum FaultPoint
{
    None,
    AfterBegin, // A write transaction is open.
    AfterUpdate, // A post has changed the balance, not yet the history.
    AfterCommit, // Committed, not yet answered.
    BeforeBegin, // Inside the gate, before the transaction.
    InCheckpoint, // Before a write or sync of a checkpoint.
    InSchema, // Before a step that creates an empty ledger.
    InReset, // Before each statement of a reset, and after the last.
}

internal enum FaultAction
{
    Kill = 1,
    Stop = 2,
}

// Controls the fault library inside one server through a shared mapping (scripts/faults/faults.c). It outlives the
// server and applies to the next one started with it.
internal sealed class FaultControl : IDisposable
{
    private const int Bytes = 4096;
    private const int ClockOffsetAt = 64;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public FaultControl(string path)
    {
        Path = path;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Bytes);
        _view = _file.CreateViewAccessor(0, Bytes);
    }

    // The file's words, in order.
    private enum Word
    {
        Point,
        Countdown,
        Action,
        Hits,
        WriteErrno,
        SyncErrno,
        Every,
        FailedCalls,
    }

    public string Path { get; }
    public int Hits => Read(Word.Hits); // How often it killed or stopped the server.
    public bool IsArmed => Read(Word.Point) != (int)FaultPoint.None;

    // The errno of failing writes and fsyncs of the data files (0: none fail); every Nth of these calls fails.
    public int WriteErrno { set => Write(Word.WriteErrno, value); }
    public int SyncErrno { set => Write(Word.SyncErrno, value); }
    public int FailsEvery { set => Write(Word.Every, value); }
    public int FailedCalls => Read(Word.FailedCalls);

    // Seconds by which the server's wall clock is ahead.
    public long ClockOffsetSeconds
    {
        set
        {
            _view.Write(ClockOffsetAt, value);
            Thread.MemoryBarrier();
        }
    }

    // countdown: acts on this pass through the point; 1 is the next.
    public void Arm(FaultPoint point, int countdown, FaultAction action)
    {
        Disarm();
        Write(Word.Countdown, countdown);
        Write(Word.Action, (int)action);
        Write(Word.Point, (int)point);
    }

    public void Disarm() => Write(Word.Point, (int)FaultPoint.None);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private int Read(Word word)
    {
        Thread.MemoryBarrier();
        return _view.ReadInt32((int)word * sizeof(int));
    }

    private void Write(Word word, int value)
    {
        _view.Write((int)word * sizeof(int), value);
        Thread.MemoryBarrier();
    }
}
