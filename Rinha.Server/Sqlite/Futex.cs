namespace Rinha.Server.Sqlite;

// Sleeping on a word of shared memory until another process changes it (futex(2)).
internal static unsafe partial class Futex
{
    private const int WaitOperation = 0; // FUTEX_WAIT, between processes
    private const int WakeOperation = 1; // FUTEX_WAKE
    private const int Interrupted = 4; // EINTR
    private const int HasChanged = 11; // EAGAIN
    private const int TimedOut = 110; // ETIMEDOUT

    private static readonly nint s_number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        var other => throw new PlatformNotSupportedException($"futex(2) on {other}"),
    };

    // Sleeps while the word has a value, until woken. The kernel compares and falls asleep in one step with respect to
    // Wake: a change of the word followed by a wake cannot be missed. Returns whether there may be something new; false
    // when the time is over.
    public static bool Wait(ref int word, int value, int timeoutMs)
    {
        var timeout = new TimeSpec { Seconds = timeoutMs / 1000, Nanoseconds = timeoutMs % 1000 * 1_000_000L };
        fixed (int* address = &word)
        {
            if (Call(s_number, address, WaitOperation, value, &timeout) == 0)
            {
                return true;
            }
        }

        // Anything else would come back at once, and make a wait out of nothing but processor time.
        return Marshal.GetLastPInvokeError() switch
        {
            TimedOut => false,
            HasChanged or Interrupted => true,
            var error => throw new IOException($"futex: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    // Wakes up to so many that sleep on the word.
    public static void Wake(ref int word, int count)
    {
        fixed (int* address = &word)
        {
            _ = Call(s_number, address, WakeOperation, count, null);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, int* address, nint operation, nint value, TimeSpec* timeout);

    // struct timespec of 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
