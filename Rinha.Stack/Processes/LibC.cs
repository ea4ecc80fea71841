namespace Rinha.Stack.Processes;

// System calls that .NET does not expose.
internal static partial class LibC
{
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    // Files that this process and its children make from now on are its user's alone. As root, the users of nginx and
    // PostgreSQL may pass through its directories.
    public static void KeepNewFilesPrivate() => _ = UMask(Environment.IsPrivilegedProcess ? 0b110_110u : 0b111_111u);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint UMask(uint mask);

    /// <summary>Sets a variable for programs that <see cref="Execute"/> starts; .NET's own calls do not.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetVariable(string name, string value, int overwrites);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments);
}

/// <summary>The signals used here, and how nginx and PostgreSQL react.</summary>
public enum Signal
{
    HangUp = 1, // nginx: reload the configuration
    Interrupt = 2, // nginx: exit now; PostgreSQL: fast shutdown
    Quit = 3, // nginx: finish the requests in progress; PostgreSQL: immediate shutdown
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
