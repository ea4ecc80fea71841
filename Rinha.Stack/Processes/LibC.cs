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

/// <summary>The signals that are sent here.</summary>
public enum Signal
{
    /// <summary>nginx: read the configuration again.</summary>
    HangUp = 1,

    /// <summary>nginx: end now. PostgreSQL: end fast.</summary>
    Interrupt = 2,

    /// <summary>nginx: finish the requests in progress. PostgreSQL: end without writing what is in memory.</summary>
    Quit = 3,

    /// <summary>End at once.</summary>
    Kill = 9,

    /// <summary>End in order.</summary>
    Terminate = 15,

    /// <summary>Run again after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Freeze.</summary>
    Stop = 19,
}
