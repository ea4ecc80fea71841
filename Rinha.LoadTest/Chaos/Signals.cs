using System.Runtime.InteropServices;

namespace Rinha.LoadTest.Chaos;

/// <summary>Sends signals to a process group (kill(2)).</summary>
internal static partial class Signals
{
    /// <summary>Read the configuration again (nginx).</summary>
    public const int Hangup = 1;

    /// <summary>End everybody's work and end (PostgreSQL).</summary>
    public const int Interrupt = 2;

    /// <summary>End at once.</summary>
    public const int Kill = 9;

    /// <summary>Finish what is under way and end.</summary>
    public const int Terminate = 15;

    /// <summary>Go on.</summary>
    public const int Continue = 18;

    /// <summary>Stand still.</summary>
    public const int Stop = 19;

    /// <summary>Sends a signal to the one process.</summary>
    public static void Send(int processId, int signal) => _ = SendTo(processId, signal);

    /// <summary>Sends a signal to the process and those it has started: nginx's workers, too.</summary>
    public static void SendToGroup(int processId, int signal) => _ = SendTo(-processId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendTo(int processId, int signal);
}
