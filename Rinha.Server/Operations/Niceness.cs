namespace Rinha.Server.Operations;

/// <summary>How much of the processor a long command takes from those who answer requests.</summary>
internal static partial class Niceness
{
    private const int Process = 0; // PRIO_PROCESS; of Linux, with 0: the calling thread.
    private const int Lowest = 19;

    /// <summary>From now on the calling thread runs when others have nothing to do.</summary>
    public static void Yield() => _ = SetPriority(Process, 0, Lowest);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, int who, int niceness);
}
