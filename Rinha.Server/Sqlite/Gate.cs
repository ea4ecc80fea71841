using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Sqlite;

/// <summary>
/// The lock that lets one writer at a time into the database, over all processes. SQLite's own way to wait is to sleep
/// and look again, up to 100 ms at a time; here the kernel wakes the next one.
/// <para>
/// Two byte locks on a side file make a turnstile: who wants in takes the <em>queue</em> byte, waits for the
/// <em>turn</em> byte while holding it, and lets the queue go once inside. Who leaves and comes straight back therefore
/// stands behind the one that already waits for its turn: two processes under load get half of the turns each. (Not
/// strictly one by one: a waiter that is woken for the queue, but not yet running, can still be overtaken.) The locks
/// are open file description locks (fcntl(2)), so the kernel frees those of a process that dies.
/// </para>
/// One instance belongs to one thread at a time; threads of one process that compete have an instance each.
/// </summary>
internal sealed partial class Gate : IDisposable
{
    private const int SetLock = 37; // F_OFD_SETLK
    private const int SetLockWait = 38; // F_OFD_SETLKW
    private const short Write = 1; // F_WRLCK
    private const short Unlock = 2; // F_UNLCK
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN

    private const long QueueByte = 0;
    private const long TurnByte = 1;
    private const long CheckpointerByte = 2;

    private readonly SafeFileHandle _file;
    private readonly int _descriptor;

    /// <summary>Opens the gate of a database: the file <c>PATH-gate</c> beside it, made if need be.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public Gate(string databasePath)
    {
        _file = File.OpenHandle(
            databasePath + "-gate",
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete); // Anything less makes .NET take a flock of its own.
        _descriptor = (int)_file.DangerousGetHandle();
    }

    /// <summary>Waits, however long, until this instance alone is inside.</summary>
    public void Enter()
    {
        Lock(SetLockWait, Write, QueueByte);
        Lock(SetLockWait, Write, TurnByte);
        Lock(SetLock, Unlock, QueueByte);
    }

    /// <summary>Goes in if nobody is inside and nobody waits.</summary>
    public bool TryEnter()
    {
        if (!Lock(SetLock, Write, QueueByte))
        {
            return false;
        }

        var isInside = Lock(SetLock, Write, TurnByte);
        Lock(SetLock, Unlock, QueueByte);
        return isInside;
    }

    /// <summary>Lets the next one in.</summary>
    public void Exit() => Lock(SetLock, Unlock, TurnByte);

    /// <summary>Becomes the one that checkpoints, until <see cref="EndCheckpoint"/> or the process's end.</summary>
    /// <returns><see langword="false"/> if another one is at it.</returns>
    public bool TryBeginCheckpoint() => Lock(SetLock, Write, CheckpointerByte);

    /// <summary>Leaves checkpointing to whoever is asked next.</summary>
    public void EndCheckpoint() => Lock(SetLock, Unlock, CheckpointerByte);

    public void Dispose() => _file.Dispose();

    private bool Lock(int command, short type, long start)
    {
        var range = new FileLock { Type = type, Start = start, Length = 1 };
        while (Fcntl(_descriptor, command, ref range) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain && command == SetLock)
            {
                return false;
            }

            if (error != Interrupted)
            {
                throw new IOException($"lock byte {start} of the gate: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int descriptor, int command, ref FileLock range);

    // struct flock of 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int ProcessId;
    }
}
