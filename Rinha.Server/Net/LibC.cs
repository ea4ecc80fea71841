using Microsoft.Win32.SafeHandles;

namespace Rinha.Server.Net;

/// <summary>The system calls of the event loop (Linux; see each call's page in section 2 of the manual).</summary>
internal static unsafe partial class LibC
{
    public const int Again = 11; // EAGAIN
    public const int Interrupted = 4; // EINTR
    public const int Aborted = 103; // ECONNABORTED
    public const int ShutdownBoth = 2; // SHUT_RDWR

    private const int NonBlockingCloseOnExec = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL

    /// <summary>The last failed call's errno.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>What an errno means.</summary>
    public static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    /// <summary>Takes a waiting connection, non-blocking.</summary>
    /// <returns>Its descriptor, or -1.</returns>
    public static int Accept(SafeHandle listener) => Accept4(listener, 0, 0, NonBlockingCloseOnExec);

    /// <summary>Sends what the socket takes now.</summary>
    /// <returns>How many bytes, or -1.</returns>
    public static nint Send(SafeHandle socket, byte* bytes, nint count) => SendTo(socket, bytes, count, NoSignal);

    /// <summary>Receives what is there.</summary>
    /// <returns>How many bytes, 0 at the end, or -1.</returns>
    public static nint Receive(SafeHandle socket, byte* bytes, nint count) => ReceiveFrom(socket, bytes, count, 0);

    /// <summary>Sends small packets at once (TCP_NODELAY).</summary>
    public static void SetNoDelay(SafeHandle socket)
    {
        var on = 1;
        _ = SetOption(socket, 6, 1, &on, sizeof(int)); // IPPROTO_TCP, TCP_NODELAY
    }

    /// <summary>Something that <see cref="Signal"/> makes readable (eventfd(2)).</summary>
    public static SafeFileHandle CreateEvent() => new(EventFd(0, NonBlockingCloseOnExec), ownsHandle: true);

    /// <summary>Makes it readable.</summary>
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
    private static partial nint SendTo(SafeHandle socket, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveFrom(SafeHandle socket, byte* bytes, nint count, int flags);
}
