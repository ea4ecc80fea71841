namespace Rinha.Server.Sqlite;

/// <summary>
/// The lock that lets one writer at a time into the database, over all processes. SQLite's own way to wait is to sleep
/// and look again, up to 100 ms at a time; here who leaves wakes the next one.
/// <para>
/// The lock is a word in a file that all processes have mapped: to go in and out is an atomic exchange each, without a
/// system call; who must wait sleeps on the word (futex(2)). It is fair: who was inside last lets one that has asked
/// meanwhile go first. And it survives its holders: each instance has a number, and holds a byte lock of that number
/// on the file as long as it lives (an open file description lock, fcntl(2), which the kernel frees when the process
/// dies). A waiter to whom nothing has happened for a while looks whether the holder still has its byte.
/// </para>
/// One instance belongs to one thread at a time; threads of one process that compete have an instance each.
/// </summary>
internal sealed unsafe class Gate : IDisposable
{
    private const int NumbersMax = 31;

    private readonly GateFile _file;
    private readonly GateWords* _words;
    private readonly int _number; // From 1; 0 is nobody.
    private readonly int _bit;
    private int _deferrals;

    /// <summary>Opens the gate of a database: the file <c>PATH-gate</c> beside it, made if need be.</summary>
    /// <exception cref="IOException">The file cannot be opened, or too many have it open.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public Gate(string databasePath)
    {
        _file = new GateFile(databasePath + "-gate");
        _words = _file.Words;
        for (_number = 1; !_file.TryLock(_number); _number++)
        {
            if (_number == NumbersMax)
            {
                _file.Dispose();
                throw new IOException($"{databasePath} has {NumbersMax} writers already");
            }
        }

        // What a dead instance of the same number has left.
        _bit = 1 << _number;
        Interlocked.And(ref _words->Asking, ~_bit);
        _ = Interlocked.CompareExchange(ref _words->Holder, 0, _number);
    }

    /// <summary>Waits, however long, until this instance alone is inside.</summary>
    public void Enter()
    {
        while (!TryEnter())
        {
            var holder = Volatile.Read(ref _words->Holder);
            if (holder == 0)
            {
                Thread.Yield(); // The other one's turn.
                continue;
            }

            Interlocked.Increment(ref _words->Sleepers);
            var wasWoken = Futex.Wait(ref _words->Holder, holder, Limits.GateDeathCheckMs);
            Interlocked.Decrement(ref _words->Sleepers);
            if (!wasWoken && !_file.IsLocked(holder))
            {
                // It died inside. Of several that notice it one succeeds.
                _ = Interlocked.CompareExchange(ref _words->Holder, 0, holder);
            }
        }
    }

    /// <summary>Goes in unless somebody is inside, or has been asking since this one was inside last.</summary>
    public bool TryEnter()
    {
        if (_words->Holder == 0 && !MustDefer() && Interlocked.CompareExchange(ref _words->Holder, _number, 0) == 0)
        {
            _deferrals = 0;
            if ((_words->Asking & _bit) != 0)
            {
                Interlocked.And(ref _words->Asking, ~_bit);
            }

            return true;
        }

        if ((_words->Asking & _bit) == 0)
        {
            Interlocked.Or(ref _words->Asking, _bit);
        }

        return false;
    }

    /// <summary>Lets the next one in.</summary>
    public void Exit()
    {
        _words->Last = _number;
        Interlocked.Exchange(ref _words->Holder, 0);
        if (Volatile.Read(ref _words->Sleepers) > 0)
        {
            Futex.WakeOne(ref _words->Holder);
        }
    }

    /// <summary>Becomes the one that checkpoints, until <see cref="EndCheckpoint"/> or the process's end.</summary>
    /// <returns><see langword="false"/> if another one is at it.</returns>
    public bool TryBeginCheckpoint() => _file.TryLock(GateFile.CheckpointerByte);

    /// <summary>Leaves checkpointing to whoever is asked next.</summary>
    public void EndCheckpoint() => _file.Unlock(GateFile.CheckpointerByte);

    public void Dispose()
    {
        if (_words->Holder == _number)
        {
            Exit();
        }

        Interlocked.And(ref _words->Asking, ~_bit);
        _file.Dispose();
    }

    // Who asks may have died, or have no processor: the turn is kept for it only so long.
    private bool MustDefer()
    {
        if (_words->Last != _number || (_words->Asking & ~_bit) == 0)
        {
            return false;
        }

        if (_deferrals++ < Limits.GateDeferralsMax)
        {
            return true;
        }

        Interlocked.And(ref _words->Asking, _bit);
        return false;
    }
}
