namespace Rinha.Stack.Processes;

/// <summary>What .NET has no name for.</summary>
internal static partial class LibC
{
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments);
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
