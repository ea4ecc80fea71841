using System.Runtime.InteropServices;

namespace Rinha.Stack.Processes;

/// <summary>What .NET has no name for.</summary>
internal static partial class LibC
{
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, int user, int group);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments);
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
