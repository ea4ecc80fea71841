using System.IO.MemoryMappedFiles;

namespace Rinha.Chaos.UnderTest;

/// <summary>Where the fault library ends or stops a server (<c>scripts/faults/faults.c</c>).</summary>
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

/// <summary>What the fault library does to a server at a <see cref="FaultPoint"/>.</summary>
internal enum FaultAction
{
    Kill = 1,
    Stop = 2,
}

/// <summary>What the fault library inside one server is told, in a file that both have mapped
/// (<c>scripts/faults/faults.c</c>). It outlives the server: the one that is started in its place obeys it,
/// too.</summary>
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

    /// <summary>Where the file is: <c>FAULT_CONTROL</c>.</summary>
    public string Path { get; }
    public int Hits => Read(Word.Hits); // How often it has acted at a point.

    public bool IsArmed => Read(Word.Point) != (int)FaultPoint.None;

    /// <summary>What writes to the data files are answered with (errno); 0 when they are made.</summary>
    public int WriteErrno { set => Write(Word.WriteErrno, value); }

    /// <summary>What fsync of the data files is answered with (errno); 0 when it is made.</summary>
    public int SyncErrno { set => Write(Word.SyncErrno, value); }

    /// <summary>Only every Nth of the calls that should fail does; 0 or 1 for all of them.</summary>
    public int FailsEvery { set => Write(Word.Every, value); }

    public int FailedCalls => Read(Word.FailedCalls);

    /// <summary>How far the server's wall clock is ahead, in seconds.</summary>
    public long ClockOffsetSeconds
    {
        set
        {
            _view.Write(ClockOffsetAt, value);
            Thread.MemoryBarrier();
        }
    }

    /// <summary>Lets it act once.</summary>
    /// <param name="countdown">When the server has come there so many times; 1 is the next time.</param>
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
