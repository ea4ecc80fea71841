using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Sqlite;

/// <summary>The file behind a <see cref="Gate"/>: words that all processes have mapped, and locks on its bytes.</summary>
internal sealed unsafe partial class GateFile : IDisposable
{
    /// <summary>The byte that whoever checkpoints has locked.</summary>
    public const int CheckpointerByte = 0;

    private const int MappedBytes = 4096;
    private const int GetLock = 36; // F_OFD_GETLK
    private const int SetLock = 37; // F_OFD_SETLK
    private const short Write = 1; // F_WRLCK
    private const short Free = 2; // F_UNLCK
    private const int TryAgain = 11; // EAGAIN

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;

    public GateFile(string path)
    {
        _file = File.OpenHandle(
            path,
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete); // Anything less makes .NET take a flock of its own.
        if (RandomAccess.GetLength(_file) < MappedBytes)
        {
            RandomAccess.SetLength(_file, MappedBytes);
        }

        _mapping = MemoryMappedFile.CreateFromFile(
            _file, mapName: null, MappedBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor(0, MappedBytes);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Words = (GateWords*)start;
    }

    /// <summary>The words; valid until <see cref="Dispose"/>.</summary>
    public GateWords* Words { get; }

    /// <summary>Locks a byte until <see cref="Unlock"/>, <see cref="Dispose"/> or the process's end.</summary>
    /// <returns><see langword="false"/> if another instance has it locked.</returns>
    public bool TryLock(int index)
    {
        var range = Range(Write, index);
        if (Fcntl(_file, SetLock, ref range) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == TryAgain ? false : throw Failure(index);
    }

    /// <summary>Unlocks a byte.</summary>
    public void Unlock(int index)
    {
        var range = Range(Free, index);
        if (Fcntl(_file, SetLock, ref range) != 0)
        {
            throw Failure(index);
        }
    }

    /// <summary>Whether another instance has a byte locked.</summary>
    public bool IsLocked(int index)
    {
        var range = Range(Write, index);
        return Fcntl(_file, GetLock, ref range) == 0 ? range.Type != Free : throw Failure(index);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }

    private static FileLock Range(short type, int index) => new() { Type = type, Start = index, Length = 1 };

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
