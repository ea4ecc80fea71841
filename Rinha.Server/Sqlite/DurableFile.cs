using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Sqlite;

// File system calls that .NET lacks: fsync(2) of a directory, link(2), fchown(2), umask(2).
internal static unsafe partial class DurableFile
{
    private const int StatBytes = 256;
    private const int StatUserOffset = 20;
    private const int StatGroupOffset = 24;

    // Files that this process makes from now on are its user's alone (mode 600).
    public static void KeepNewFilesPrivate()
    {
        const uint groupAndOthers = 0x3F; // 077
        _ = UMask(groupAndOthers);
    }

    // What to add to a failed start's reason: that the disk of a file is full, or nothing.
    public static string WhyFull(string path) =>
        DirectoryOf(path) is var directory && Directory.Exists(directory)
        && new DriveInfo(directory).AvailableFreeSpace < Limits.StartDiskBytesMin
            ? $" (the disk of {directory} is full)"
            : "";

    // Syncs the directory of a file, so that the file's name survives a power loss.
    public static void SyncDirectoryOf(string path)
    {
        const int readOnly = 0x80000; // O_RDONLY | O_CLOEXEC; no O_DIRECTORY, whose value depends on the architecture.
        var directory = DirectoryOf(path);
        using var handle = Open(directory, readOnly);
        if (handle.IsInvalid || Fsync(handle) != 0)
        {
            throw new IOException($"failed to sync {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    // IOException: the new path is taken, or the file system has no hard links.
    public static void CreateHardLink(string path, string newPath)
    {
        if (Link(path, newPath) != 0)
        {
            throw new IOException($"failed to create {newPath}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    // Copies a model's permissions to a new file, and as root its owner and group, as SQLite does for its side files.
    // From a directory it copies only owner and group.
    public static void CopyAccess(string model, SafeFileHandle file)
    {
        if (Environment.IsPrivilegedProcess)
        {
            const int currentDirectory = -100; // AT_FDCWD
            const uint owners = 0x8 | 0x10; // STATX_UID | STATX_GID
            var stat = stackalloc byte[StatBytes];
            if (Statx(currentDirectory, model, 0, owners, stat) != 0
                || Fchown(file, *(uint*)(stat + StatUserOffset), *(uint*)(stat + StatGroupOffset)) != 0)
            {
                throw new IOException(
                    $"failed to copy the owner of {model}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }

        if (File.Exists(model))
        {
            const UnixFileMode permissions = (UnixFileMode)0x1FF; // 777: no set-user-ID bits.
            // The owner can always write: a temporarily read-only database must not leave read-only files behind.
            const UnixFileMode ofOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var mode = (File.GetUnixFileMode(model) & permissions) | ofOwner;
            if (mode != File.GetUnixFileMode(file)) // Some file systems have a fixed mode and no chmod.
            {
                File.SetUnixFileMode(file, mode);
            }
        }
    }

    // path is absolute.
    public static string DirectoryOf(string path) => Path.GetDirectoryName(path) ?? "/";

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string newPath);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint UMask(uint mask);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int Fchown(SafeFileHandle file, uint user, uint group);

    // struct statx is the same on every architecture, unlike struct stat (statx(2)).
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* stat);
}
