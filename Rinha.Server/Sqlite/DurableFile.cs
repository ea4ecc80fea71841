using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Sqlite;

// Makes files and their names last: the calls that .NET does not have (fsync(2) of a directory, link(2), fchown(2)).
internal static unsafe partial class DurableFile
{
    private const int StatBytes = 256;
    private const int StatUserOffset = 20;
    private const int StatGroupOffset = 24;

    // Waits until the names in the directory of a file are on the disk.
    public static void SyncDirectoryOf(string path)
    {
        const int readOnly = 0x80000; // O_RDONLY | O_CLOEXEC; the number of O_DIRECTORY depends on the architecture.
        var directory = DirectoryOf(path);
        using var handle = Open(directory, readOnly);
        if (handle.IsInvalid || Fsync(handle) != 0)
        {
            throw new IOException($"{directory} cannot be synced: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    // Gives a file one more name, which must be free. IOException: the name is taken, or the file system has no links.
    public static void AddName(string path, string newPath)
    {
        if (Link(path, newPath) != 0)
        {
            throw new IOException($"{newPath} cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    // Gives a new file the access of another: its permissions and, when root does it, its owner and group, as SQLite
    // does with the files beside a database. Of a directory only the owner and group.
    public static void GiveAccessOf(string model, SafeFileHandle file)
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
                    $"a new file cannot be given to the owner of {model}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }

        if (File.Exists(model))
        {
            const UnixFileMode permissions = (UnixFileMode)0x1FF; // 777, without set-user-ID and the like.
            // A database that is read-only for a while must not leave files that stay so.
            const UnixFileMode ofOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var mode = (File.GetUnixFileMode(model) & permissions) | ofOwner;
            if (mode != File.GetUnixFileMode(file)) // Some file systems have one mode for all and no chmod.
            {
                File.SetUnixFileMode(file, mode);
            }
        }
    }

    // The directory of a file's path, which is absolute.
    public static string DirectoryOf(string path) => Path.GetDirectoryName(path) ?? "/";

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string newPath);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int Fchown(SafeFileHandle file, uint user, uint group);

    // struct statx is the same on every architecture, unlike struct stat (statx(2)).
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* stat);
}
