using System.IO.MemoryMappedFiles;

namespace Rinha.Chaos.UnderTest;

// Where the fault library ends or stops a server (scripts/faults/faults.c).
internal enum FaultPoint
{
    None,
    AfterBegin, // A writing transaction is open: SQLite's lock is taken.
    AfterUpdate, // A post has changed the balance and not yet the history.
    AfterCommit, // The transaction is committed, nothing is answered yet.
    BeforeBegin, // Inside the gate, before the transaction is opened.
    InCheckpoint, // Before a write or sync of a checkpoint.
    InSchema, // Before one of the steps in which an empty ledger is made.
    InReset, // Before each statement of a reset, and after the last.
}

internal enum FaultAction
{
    Kill = 1,
    Stop = 2,
}

// What the fault library inside one server is told, in a file that both have mapped (scripts/faults/faults.c). It
// outlives the server: the one that is started in its place obeys it, too.
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

    // The words of the file, in their order.
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
    public int Hits => Read(Word.Hits); // How often it has acted at a point.

    public bool IsArmed => Read(Word.Point) != (int)FaultPoint.None;

    // The errno of writes to the data files and of their fsync (0: they are made); of these calls only every Nth fails.
    public int WriteErrno { set => Write(Word.WriteErrno, value); }
    public int SyncErrno { set => Write(Word.SyncErrno, value); }
    public int FailsEvery { set => Write(Word.Every, value); }
    public int FailedCalls => Read(Word.FailedCalls);

    // How far the server's wall clock is ahead, in seconds.
    public long ClockOffsetSeconds
    {
        set
        {
            _view.Write(ClockOffsetAt, value);
            Thread.MemoryBarrier();
        }
    }

    // countdown: when the server has come there so many times; 1 is the next time.
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
