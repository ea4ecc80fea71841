using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Sqlite;

/// <summary>
/// The file behind a <see cref="Gate"/>: words that all processes have mapped, and locks on its bytes.
/// </summary>
internal sealed unsafe partial class GateFile : IDisposable
{
    /// <summary>The byte that whoever checkpoints has locked.</summary>
    public const int CheckpointerByte = 0;

    /// <summary>The byte that an instance has locked while it opens the ledger: instances start one by one.</summary>
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

    /// <summary>Opens the file, made if need be.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">
    /// A new one gets the access of this file or directory, if there is one: the database, so that the server's user
    /// can open a gate that root has made.
    /// </param>
    /// <exception cref="IOException">It cannot be opened, made as long as it has to be, or mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public GateFile(string path, string model)
    {
        _file = TryCreate(path, model) ?? Open(path, FileMode.OpenOrCreate);
        try
        {
            Fill();
            _mapping = MemoryMappedFile.CreateFromFile(
                _file,
                mapName: null,
                capacity: 0, // As long as the file is.
                MemoryMappedFileAccess.ReadWrite,
                HandleInheritability.None,
                leaveOpen: true);
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

    /// <summary>The words; valid until <see cref="Dispose"/>.</summary>
    public GateWords* Words { get; }

    /// <summary>Locks a byte until <see cref="Unlock"/>, <see cref="Dispose"/> or the process's end.</summary>
    /// <returns><see langword="false"/> if another instance has it locked.</returns>
    public bool TryLock(int index) => TryLock(index, count: 1);

    /// <summary>Waits, however long, until it has locked a byte.</summary>
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

    /// <summary>
    /// Locks the bytes of all instances and the checkpointer's: nobody has the gate open, and nobody can open it until
    /// <see cref="Dispose"/> or the process's end.
    /// </summary>
    /// <returns><see langword="false"/> if an instance lives.</returns>
    public bool TryLockAll() => TryLock(CheckpointerByte, count: Limits.GateInstancesMax + 1);

    /// <summary>Unlocks a byte.</summary>
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
        FileShare.ReadWrite | FileShare.Delete); // Anything less makes .NET take a flock of its own.

    // Null when the file is there already. One that another process makes meanwhile is left to it, and so is a symbolic
    // link: root gives away only what it has made itself.
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
            DurableFile.GiveAccessOf(model, file);
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    // With real zeros, so that a full disk is told of here: a page without a block on the disk would end the process
    // with a signal when it is first written. The words themselves are left alone, others may be using them already.
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
        new($"lock byte {index} of the gate: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

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
