using System.Runtime.CompilerServices;

[assembly: DisableRuntimeMarshalling]

namespace Rinha.LoadTest.Http;

/// <summary>
/// The system calls of the client's event loop (Linux; see each call's page in section 2 of the manual).
/// </summary>
internal static unsafe partial class LibC
{
    public const int InProgress = 115; // EINPROGRESS
    public const int Again = 11; // EAGAIN
    public const int Interrupted = 4; // EINTR
    public const int ConnectionRefused = 111; // ECONNREFUSED
    public const int ShutdownWrite = 1; // SHUT_WR
    public const int NoEntry = 2; // ENOENT: a unix socket that does not exist

    private const int StreamNonBlockingCloseOnExec = 1 | 0x800 | 0x80000;
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int SocketError = 4; // SO_ERROR
    private const int TcpLevel = 6; // IPPROTO_TCP
    private const int NoDelay = 1; // TCP_NODELAY
    private const int SetTimerSlack = 29; // PR_SET_TIMERSLACK, in nanoseconds
    private const nint EpollWait2Call = 441; // The same number on every architecture.

    /// <summary>The last failed call's errno.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    public static int OpenStream(int family) => Socket(family, StreamNonBlockingCloseOnExec, 0);

    /// <summary>Wakes this thread up when it asked for, not up to 50 µs later to save the kernel a timer.</summary>
    public static void WakeOnTime() => _ = ControlThread(SetTimerSlack, 1, 0, 0, 0);

    /// <summary>Lets a small request leave at once.</summary>
    public static void SendWithoutDelay(int descriptor)
    {
        var on = 1;
        _ = SetOption(descriptor, TcpLevel, NoDelay, &on, sizeof(int));
    }

    /// <summary>How connecting ended: 0, or the errno.</summary>
    public static int ErrorOf(int descriptor)
    {
        int error;
        var length = sizeof(int);
        _ = GetOption(descriptor, SocketLevel, SocketError, &error, &length);
        return error;
    }

    public static nint SendTo(int descriptor, byte* bytes, nint count) => Send(descriptor, bytes, count, NoSignal);

    public static int WaitForEvents(int epoll, byte* events, int countMax, Timespec* timeout) =>
        (int)EpollWait2(EpollWait2Call, epoll, events, countMax, timeout, 0, 0);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlEpoll(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int descriptor, int level, int name, int* value, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int name, int* value, int length);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ControlThread(int option, nuint value, nuint unused1, nuint unused2, nuint unused3);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint EpollWait2(
        nint number, int epoll, byte* events, int countMax, Timespec* timeout, nint signals, nint signalsSize);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
