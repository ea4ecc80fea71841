using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Sqlite.Locking;

// The file behind a Gate: words that all processes have mapped, and locks on its bytes.
internal sealed unsafe partial class GateFile : IDisposable
{
    // Locked by the instance that checkpoints.
    public const int CheckpointerByte = 0;

    // Locked by a server while it opens the ledger: servers start one by one.
    public const int StartByte = Limits.GateInstancesMax + 1;

    private const int MappedBytes = 4096;
    private const int SetLock = 37; // F_OFD_SETLK
    private const int SetLockWait = 38; // F_OFD_SETLKW
    private const short Write = 1; // F_WRLCK
    private const short Free = 2; // F_UNLCK
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;

    // Opens the file, or creates it. If the model (the database) exists, a new file gets its owner and permissions, so
    // that the server's user can open a gate that root has made.
    public GateFile(string path, string model)
    {
        _file = TryCreate(path, model) ?? Open(path, FileMode.OpenOrCreate);
        try
        {
            Fill();
            const long fileLength = 0;
            _mapping = MemoryMappedFile.CreateFromFile(
                _file, null, fileLength, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            _view = _mapping.CreateViewAccessor(0, MappedBytes);
        }
        catch (Exception error) when (
            error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _mapping?.Dispose();
            _file.Dispose();
            throw new IOException($"{path} cannot be made the gate: {error.Message}", error);
        }

        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Words = (GateWords*)start;
    }

    // Valid until Dispose.
    public GateWords* Words { get; }

    // Locks a byte, unless another instance holds it, until Unlock, Dispose or the process's end.
    public bool TryLock(int index) => TryLock(index, count: 1);

    public void Lock(int index)
    {
        var range = Range(Write, index, count: 1);
        while (Fcntl(_file, SetLockWait, ref range) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure(index);
            }
        }
    }

    // Locks the bytes of all instances and the checkpointer's, so that none can open the gate until Dispose or the
    // process's end. False if one has it open.
    public bool TryLockAll() => TryLock(CheckpointerByte, count: Limits.GateInstancesMax + 1);

    public void Unlock(int index)
    {
        var range = Range(Free, index, count: 1);
        if (Fcntl(_file, SetLock, ref range) != 0)
        {
            throw Failure(index);
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }

    private static SafeFileHandle Open(string path, FileMode mode) => File.OpenHandle(
        path,
        mode,
        FileAccess.ReadWrite,
        FileShare.ReadWrite | FileShare.Delete); // Anything less makes .NET take a flock.

    // Null without a model, or when the file exists, even if another process has just made it or it is a symbolic link:
    // root gives away only what it has made itself.
    private static SafeFileHandle? TryCreate(string path, string model)
    {
        if (!Path.Exists(model) || File.Exists(path))
        {
            return null;
        }

        SafeFileHandle file;
        try
        {
            file = Open(path, FileMode.CreateNew);
        }
        catch (IOException) when (Path.Exists(path))
        {
            return null;
        }

        try
        {
            DurableFile.CopyAccess(model, file);
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    // Writes real zeros, so that a full disk fails here: the first write to a mapped page without a block on the disk
    // would end the process with a signal. Leaves out the words, which others may be using already.
    private void Fill()
    {
        if (RandomAccess.GetLength(_file) < MappedBytes)
        {
            RandomAccess.Write(_file, new byte[MappedBytes - sizeof(GateWords)], sizeof(GateWords));
        }
    }

    private bool TryLock(int index, int count)
    {
        var range = Range(Write, index, count);
        if (Fcntl(_file, SetLock, ref range) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == TryAgain ? false : throw Failure(index);
    }

    private static FileLock Range(short type, int index, int count) =>
        new() { Type = type, Start = index, Length = count };

    private static IOException Failure(int index) =>
        new($"lock byte {index} of the gate: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeHandle file, int command, ref FileLock range);

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
