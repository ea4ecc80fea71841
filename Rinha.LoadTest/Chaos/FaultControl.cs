using System.IO.MemoryMappedFiles;

namespace Rinha.LoadTest.Chaos;

/// <summary>
/// What the fault library inside one server is told, in a file that both have mapped (<c>scripts/faults/faults.h</c>).
/// It outlives the server: whoever is started again in its place obeys it, too.
/// </summary>
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

    /// <summary>Makes the file: no faults.</summary>
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

    /// <summary>Whether it has still to act.</summary>
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

    /// <summary>How many calls have failed on purpose.</summary>
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
    /// <param name="point">Where.</param>
    /// <param name="countdown">When the server has come there so many times; 1 is the next time.</param>
    /// <param name="action">How.</param>
    public void Arm(FaultPoint point, int countdown, FaultAction action)
    {
        Disarm();
        Write(CountdownWord, countdown);
        Write(ActionWord, (int)action);
        Write(PointWord, (int)point);
    }

    /// <summary>Lets it act no more.</summary>
    public void Disarm() => Write(PointWord, (int)FaultPoint.None);

    /// <inheritdoc/>
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
