using System.Runtime.InteropServices;

namespace Rinha.Server.Sqlite;

/// <summary>Sleeping on a word of shared memory until another process changes it (futex(2)).</summary>
internal static unsafe partial class Futex
{
    private const int WaitOperation = 0; // FUTEX_WAIT, between processes
    private const int WakeOperation = 1; // FUTEX_WAKE
    private const int TimedOut = 110; // ETIMEDOUT

    private static readonly nint s_number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 98 : 202;

    /// <summary>Sleeps while the word has a value, until woken.</summary>
    /// <returns><see langword="false"/> when the time was over.</returns>
    public static bool Wait(ref int word, int value, int timeoutMs)
    {
        var timeout = new TimeSpec { Seconds = timeoutMs / 1000, Nanoseconds = timeoutMs % 1000 * 1_000_000L };
        fixed (int* address = &word)
        {
            return Call(s_number, address, WaitOperation, value, &timeout) == 0
                || Marshal.GetLastPInvokeError() != TimedOut;
        }
    }

    /// <summary>Wakes one that sleeps on the word.</summary>
    public static void WakeOne(ref int word)
    {
        fixed (int* address = &word)
        {
            _ = Call(s_number, address, WakeOperation, 1, null);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, int* address, nint operation, nint value, TimeSpec* timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
