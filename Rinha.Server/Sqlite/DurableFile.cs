using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Sqlite;

/// <summary>
/// What makes files and their names last: the calls that .NET does not have (fsync(2), link(2), fchown(2)).
/// </summary>
internal static unsafe partial class DurableFile
{
    private const int ReadOnlyDirectory = 0x80000; // O_RDONLY | O_CLOEXEC; O_DIRECTORY's number is the architecture's.
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint Owners = 0x8 | 0x10; // STATX_UID | STATX_GID
    private const int StatBytes = 256;
    private const int StatUserOffset = 20;
    private const int StatGroupOffset = 24;

    /// <summary>Waits until the names in the directory of a file are on the disk.</summary>
    /// <exception cref="IOException">They cannot be brought there.</exception>
    public static void SyncDirectoryOf(string path)
    {
        var directory = DirectoryOf(path);
        var descriptor = Open(directory, ReadOnlyDirectory);
        var result = descriptor < 0 ? -1 : Fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }

        if (result != 0)
        {
            throw new IOException($"{directory} cannot be synced: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>Gives a file one more name, which must be free.</summary>
    /// <exception cref="IOException">The name is taken, or the file system has no links.</exception>
    public static void AddName(string path, string newPath)
    {
        if (Link(path, newPath) != 0)
        {
            throw new IOException(
                $"{newPath} cannot be made: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    /// <summary>
    /// Gives a new file the access of another: its permissions and, when root does it, its owner and group, as SQLite
    /// does with the files beside a database. Of a directory only the owner and group.
    /// </summary>
    /// <exception cref="IOException">It cannot be given away.</exception>
    public static void GiveAccessOf(string model, SafeFileHandle file)
    {
        if (Environment.IsPrivilegedProcess)
        {
            var stat = stackalloc byte[StatBytes];
            if (Statx(CurrentDirectory, model, 0, Owners, stat) != 0
                || Fchown(file, *(uint*)(stat + StatUserOffset), *(uint*)(stat + StatGroupOffset)) != 0)
            {
                throw new IOException(
                    $"a new file cannot be given to the owner of {model}: "
                    + Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
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

    /// <summary>The directory of a file's path, which is absolute.</summary>
    public static string DirectoryOf(string path) => Path.GetDirectoryName(path) ?? "/";

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string newPath);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int Fchown(SafeHandle file, uint user, uint group);

    // struct statx is the same on every architecture, unlike struct stat (statx(2)).
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* stat);
}
