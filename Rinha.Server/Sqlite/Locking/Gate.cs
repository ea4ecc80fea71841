namespace Rinha.Server.Sqlite.Locking;

// What the instances of a Gate tell one another, in shared memory. Only the first word decides who is inside; the
// others are hints, and cost a little time when they are wrong.
[StructLayout(LayoutKind.Sequential)]
internal struct GateWords
{
    public int Holder; // The number of the instance that is inside; 0 when none is.
    public int Sleeping; // A bit for each instance that sleeps until Holder changes.
    public int Asking; // A bit for each instance that was refused entry and still wants it.
    public int Starving; // A bit for each instance that has woken too late so often that all others let it go first.
    public int Last; // The number of the instance that was inside last.
}

// The lock that lets one writer at a time into the database, over all processes. SQLite's own way to wait is to sleep
// and look again, up to 100 ms at a time; here the instance that exits wakes the next one.
//
// The lock is a word in a file that all processes have mapped: entering and leaving are an atomic exchange each,
// without a system call; a waiter sleeps on the word (futex(2)). It is fair: the last one inside defers to one that
// has asked since, and all defer to one that woke too late several times. And it survives its holders: each instance
// has a number, and holds a byte lock of that number on the file as long as it lives (an open file description lock,
// fcntl(2), which the kernel frees when the process dies). A waiter that has slept a while checks that the holder
// still has its byte. One instance is used by one thread at a time: the writing threads of a process share one under
// CommitTurn's lock. docs/models/gate.pml is its model.
internal sealed unsafe class Gate : IDisposable
{
    private readonly GateFile _file;
    private readonly int _number; // From 1; 0 is none.
    private readonly int _bit;
    private GateWords* _words; // Null when disposed: a late caller gets an exception, not another's memory.
    private int _deferrals;
    private long _defersSince; // When it began to let a starving one go first; 0: it does not.

    // Opens the gate of a database: the file PATH-gate beside it, made if need be.
    public Gate(string databasePath)
    {
        _file = new GateFile(databasePath + "-gate", databasePath);
        try
        {
            _number = TakeNumber(databasePath);
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        // Clears what a dead instance of the same number has left.
        _words = _file.Words;
        _bit = 1 << _number;
        Withdraw();
        Free();
    }

    public void Enter() => TryEnterWithin(long.MaxValue);

    // Waits until this instance alone is inside, or gives up after a time.
    public bool TryEnterWithin(long waitMs)
    {
        var began = Environment.TickCount64;
        var lateWakes = 0;
        while (!TryEnter())
        {
            if (Environment.TickCount64 - began >= waitMs)
            {
                Withdraw();
                return false;
            }

            if (lateWakes == Limits.GateLateWakesMax)
            {
                // An instance that only tries comes back sooner than a sleeper wakes, and could keep it out for long.
                Interlocked.Or(ref _words->Starving, _bit);
                lateWakes = 0;
            }

            // First set the bit, then look at the word: see Free.
            Interlocked.Or(ref _words->Sleeping, _bit);
            var holder = Volatile.Read(ref _words->Holder);
            Sleep(holder);
            Interlocked.And(ref _words->Sleeping, ~_bit);
            // To defer is not to be late: otherwise this one and the one it defers to might wait for each other.
            lateWakes += holder == 0 ? 0 : 1;
        }

        return true;
    }

    // Enters, unless another instance is inside, or has asked since this one was last inside. Does not check whether
    // the holder still lives: Enter does.
    public bool TryEnter()
    {
        if (Volatile.Read(ref _words->Holder) == 0
            && !MustDefer()
            && Interlocked.CompareExchange(ref _words->Holder, _number, 0) == 0)
        {
            _deferrals = 0;
            _defersSince = 0;
            Clear(ref _words->Asking, _bit);
            Clear(ref _words->Starving, _bit);
            return true;
        }

        if ((Volatile.Read(ref _words->Asking) & _bit) == 0)
        {
            Interlocked.Or(ref _words->Asking, _bit);
        }

        return false;
    }

    public void Exit()
    {
        Volatile.Write(ref _words->Last, _number);
        Free();
    }

    // Takes the checkpointer's lock, until EndCheckpoint or the process's end, unless another instance has it.
    public bool TryBeginCheckpoint() => _file.TryLock(GateFile.CheckpointerByte);

    public void EndCheckpoint() => _file.Unlock(GateFile.CheckpointerByte);

    public void Dispose()
    {
        if (_words == null)
        {
            return;
        }

        // Before the file is closed and the number becomes free.
        Withdraw();
        Free();
        _words = null;
        _file.Dispose();
    }

    private int TakeNumber(string databasePath)
    {
        for (var number = 1; number <= Limits.GateInstancesMax; number++)
        {
            if (_file.TryLock(number))
            {
                return number;
            }
        }

        throw new IOException(
            $"{databasePath}-gate: a restore or a conversion is under way, "
            + $"or {Limits.GateInstancesMax} instances have the gate open already");
    }

    // Frees the word if it holds this instance's number. A sleeper sets its bit before the kernel compares the word;
    // here the word is changed before the bits are read; both have a full barrier between the two (Interlocked). So
    // either the bit is seen here, or the sleeper's kernel sees that the word has changed.
    private void Free()
    {
        if (Interlocked.CompareExchange(ref _words->Holder, 0, _number) == _number
            && Volatile.Read(ref _words->Sleeping) != 0)
        {
            // One is enough, unless it might have to let a starving sleeper go first.
            Futex.Wake(ref _words->Holder, Volatile.Read(ref _words->Starving) == 0 ? 1 : Limits.GateInstancesMax);
        }
    }

    private void Withdraw()
    {
        Clear(ref _words->Sleeping, _bit);
        Clear(ref _words->Asking, _bit);
        Clear(ref _words->Starving, _bit);
    }

    // Mostly there is nothing to clear: then no other process's cache line is invalidated.
    private static void Clear(ref int word, int bits)
    {
        if ((Volatile.Read(ref word) & bits) != 0)
        {
            Interlocked.And(ref word, ~bits);
        }
    }

    private void Sleep(int holder)
    {
        if (holder != 0)
        {
            // A live holder, even a stopped one, keeps the gate. If another sleeper was woken and has died, the word is
            // 0 by now, and the next try succeeds.
            if (!IsNumber(holder) || !Futex.Wait(ref _words->Holder, holder, Limits.GateDeathCheckMs))
            {
                RemoveIfDead(holder);
            }
        }
        else if (IsTurnOfAnother() || IsTurnOfStarving())
        {
            if (!Futex.Wait(ref _words->Holder, 0, Limits.GateDeferralMs))
            {
                ForgetOthers(); // They did not come.
            }
        }
    }

    private void RemoveIfDead(int holder)
    {
        if (!IsNumber(holder) || holder == _number)
        {
            // No instance wrote this: the file is damaged. (This one is not inside, or it would not be here.)
            Interlocked.CompareExchange(ref _words->Holder, 0, holder);
        }
        else if (_file.TryLock(holder))
        {
            // The lock is kept until after the exchange: otherwise a new instance could take the dead one's number and
            // enter in between, and the exchange would throw it out.
            Interlocked.CompareExchange(ref _words->Holder, 0, holder);
            _file.Unlock(holder);
        }
    }

    private static bool IsNumber(int holder) => holder is >= 1 and <= Limits.GateInstancesMax;

    private bool IsTurnOfAnother() =>
        Volatile.Read(ref _words->Last) == _number && (Volatile.Read(ref _words->Asking) & ~_bit) != 0;

    private bool IsTurnOfStarving()
    {
        var starving = Volatile.Read(ref _words->Starving);
        return starving != 0 && (starving & _bit) == 0;
    }

    // The waiter may be dead or descheduled: it may go first only so many times, or for so long.
    private bool MustDefer()
    {
        if (IsTurnOfStarving())
        {
            var now = Stopwatch.GetTimestamp();
            _defersSince = _defersSince == 0 ? now : _defersSince;
            if (Stopwatch.GetElapsedTime(_defersSince, now).TotalMilliseconds < Limits.GateDeferralMs)
            {
                return true;
            }
        }
        else if (!IsTurnOfAnother())
        {
            return false;
        }
        else if (_deferrals < Limits.GateDeferralsMax)
        {
            _deferrals++;
            return true;
        }

        ForgetOthers();
        return false;
    }

    // Those that still live ask again.
    private void ForgetOthers()
    {
        Clear(ref _words->Asking, ~_bit);
        Clear(ref _words->Starving, ~_bit);
    }
}

// Sleeping on a word of shared memory until another process changes it (futex(2)).
internal static unsafe partial class Futex
{
    private const int WaitOperation = 0; // FUTEX_WAIT, between processes
    private const int WakeOperation = 1; // FUTEX_WAKE
    private const int Interrupted = 4; // EINTR
    private const int HasChanged = 11; // EAGAIN
    private const int TimedOut = 110; // ETIMEDOUT

    private static readonly nint s_number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        var other => throw new PlatformNotSupportedException($"futex(2) on {other}"),
    };

    // Sleeps while the word has a value, until woken. The kernel compares and falls asleep in one step with respect to
    // Wake: a change of the word followed by a wake cannot be missed. Returns whether there may be something new; false
    // on a timeout.
    public static bool Wait(ref int word, int value, int timeoutMs)
    {
        var timeout = new TimeSpec { Seconds = timeoutMs / 1000, Nanoseconds = timeoutMs % 1000 * 1_000_000L };
        fixed (int* address = &word)
        {
            if (Call(s_number, address, WaitOperation, value, &timeout) == 0)
            {
                return true;
            }
        }

        // Any other error would come back at once, again and again: a busy loop.
        return Marshal.GetLastPInvokeError() switch
        {
            TimedOut => false,
            HasChanged or Interrupted => true,
            var error => throw new IOException($"futex: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    public static void Wake(ref int word, int count)
    {
        fixed (int* address = &word)
        {
            _ = Call(s_number, address, WakeOperation, count, null);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, int* address, nint operation, nint value, TimeSpec* timeout);

    // struct timespec of 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
