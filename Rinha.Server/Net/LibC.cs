using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Net;

// The system calls of the event loop (Linux; see each call's page in section 2 of the manual).
internal static unsafe partial class LibC
{
    public const int Again = 11; // EAGAIN
    public const int Interrupted = 4; // EINTR
    public const int Aborted = 103; // ECONNABORTED

    private const int NonBlockingCloseOnExec = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC

    public static int LastError => Marshal.GetLastPInvokeError();

    public static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    // Takes a waiting connection, non-blocking. Returns its descriptor, or -1.
    public static int Accept(SafeHandle listener) => Accept4(listener, 0, 0, NonBlockingCloseOnExec);

    // Sends small packets at once (TCP_NODELAY).
    public static void SetNoDelay(SafeHandle socket)
    {
        var on = 1;
        _ = SetOption(socket, 6, 1, &on, sizeof(int)); // IPPROTO_TCP, TCP_NODELAY
    }

    // A descriptor that Signal makes readable (eventfd(2)).
    public static SafeFileHandle CreateEvent() => new(EventFd(0, NonBlockingCloseOnExec), ownsHandle: true);

    public static void Signal(SafeFileHandle wake)
    {
        var one = 1UL;
        _ = Write(wake, &one, sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetOption(SafeHandle socket, int level, int name, int* value, int length);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeHandle file, ulong* value, nint count);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    public static partial int Shutdown(SafeHandle socket, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlEpoll(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitForEvents(int epoll, byte* events, int countMax, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept4(SafeHandle listener, nint address, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeHandle socket, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, byte* bytes, nint count, int flags);
}

// How many descriptors this process may have (getrlimit(2)).
internal static partial class OpenFiles
{
    private const int Resource = 7; // RLIMIT_NOFILE, on x64 and arm64.

    // Raises the soft limit to what the connections need, or to the hard limit if that is lower: services and
    // containers often start with 1,024. A higher one is left as it is.
    public static void RaiseLimit()
    {
        if (Get(Resource, out var limit) == 0 && limit.Soft < Limits.DescriptorsMax)
        {
            limit.Soft = Math.Min(Limits.DescriptorsMax, limit.Hard);
            _ = Set(Resource, limit);
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    // struct rlimit; "unlimited" is the largest number.
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
