using System.IO.MemoryMappedFiles;

namespace Rinha.Chaos.UnderTest;

/// <summary>What the fault library inside one server is told, in a file that both have mapped
/// (<c>scripts/faults/faults.h</c>). It outlives the server: whoever is started again in its place obeys it,
/// too.</summary>
internal sealed class FaultControl : IDisposable
{
    private const int Bytes = 4096;
    private const int PointWord = 0;
    private const int CountdownWord = 1;
    private const int ActionWord = 2;
    private const int HitsWord = 3;
    private const int WriteErrnoWord = 4;
    private const int SyncErrnoWord = 5;
    private const int EveryWord = 6;
    private const int FailedCallsWord = 7;
    private const int ClockOffsetAt = 64;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public FaultControl(string path)
    {
        Path = path;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Bytes);
        _view = _file.CreateViewAccessor(0, Bytes);
    }

    /// <summary>Where the file is: <c>FAULT_CONTROL</c>.</summary>
    public string Path { get; }

    /// <summary>How often it has acted at a point.</summary>
    public int Hits => Read(HitsWord);

    public bool IsArmed => Read(PointWord) != (int)FaultPoint.None;

    /// <summary>What writes to the data files are answered with (errno); 0 when they are made.</summary>
    public int WriteErrno
    {
        get => Read(WriteErrnoWord);
        set => Write(WriteErrnoWord, value);
    }

    /// <summary>What fsync of the data files is answered with (errno); 0 when it is made.</summary>
    public int SyncErrno
    {
        get => Read(SyncErrnoWord);
        set => Write(SyncErrnoWord, value);
    }

    /// <summary>Only every so-manieth of the calls that should fail does; 0 or 1 for all of them.</summary>
    public int FailsEvery
    {
        get => Read(EveryWord);
        set => Write(EveryWord, value);
    }

    public int FailedCalls => Read(FailedCallsWord);

    /// <summary>How far the server's wall clock is ahead, in seconds.</summary>
    public long ClockOffsetSeconds
    {
        get => _view.ReadInt64(ClockOffsetAt);
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
        Write(CountdownWord, countdown);
        Write(ActionWord, (int)action);
        Write(PointWord, (int)point);
    }

    public void Disarm() => Write(PointWord, (int)FaultPoint.None);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private int Read(int word)
    {
        Thread.MemoryBarrier();
        return _view.ReadInt32(word * sizeof(int));
    }

    private void Write(int word, int value)
    {
        _view.Write(word * sizeof(int), value);
        Thread.MemoryBarrier();
    }
}

/// <summary>Where the fault library ends or stops a server (<c>scripts/faults/faults.h</c>).</summary>
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
