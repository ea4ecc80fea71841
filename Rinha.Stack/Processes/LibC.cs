namespace Rinha.Stack.Processes;

/// <summary>What .NET has no name for.</summary>
internal static partial class LibC
{
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, int user, int group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial int UserId();

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments);

    /// <summary>The number of a file's or a link's owner, or -1.</summary>
    public static unsafe int OwnerOf(string path)
    {
        const int currentDirectory = -100; // AT_FDCWD
        const int noFollow = 0x100; // AT_SYMLINK_NOFOLLOW
        const uint owner = 0x8; // STATX_UID
        const int statBytes = 256;
        const int ownerOffset = 20;
        var stat = stackalloc byte[statBytes];
        return Statx(currentDirectory, path, noFollow, owner, stat) == 0 ? *(int*)(stat + ownerOffset) : -1;
    }

    // struct statx is the same on every architecture, unlike struct stat (statx(2)).
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* stat);
}

/// <summary>The signals that are sent here, with what nginx and PostgreSQL make of them.</summary>
public enum Signal
{
    HangUp = 1, // nginx: read the configuration again
    Interrupt = 2, // nginx: end now; PostgreSQL: end fast
    Quit = 3, // nginx: finish the requests in progress; PostgreSQL: end without writing what is in memory
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
