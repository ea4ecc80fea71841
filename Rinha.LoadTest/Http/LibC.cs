using System.Buffers.Binary;
using System.Runtime.CompilerServices;

[assembly: DisableRuntimeMarshalling]

namespace Rinha.LoadTest.Http;

// Linux system calls for the client's event loop (each has a section 2 man page).
internal static unsafe partial class LibC
{
    public const int InProgress = 115; // EINPROGRESS
    public const int Again = 11; // EAGAIN
    public const int Interrupted = 4; // EINTR
    public const int ConnectionRefused = 111; // ECONNREFUSED
    public const int NoEntry = 2; // ENOENT: a unix socket that does not exist

    private const int StreamNonBlockingCloseOnExec = 1 | 0x800 | 0x80000;
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int SocketError = 4; // SO_ERROR
    private const int TcpLevel = 6; // IPPROTO_TCP
    private const int NoDelay = 1; // TCP_NODELAY
    private const int SetTimerSlack = 29; // PR_SET_TIMERSLACK, in nanoseconds
    private const nint EpollWait2Call = 441; // The same number on every architecture.

    public static int LastError => Marshal.GetLastPInvokeError();

    public static int OpenStream(int family) => Socket(family, StreamNonBlockingCloseOnExec, 0);

    // By default the kernel may delay this thread's wake-ups by up to 50 µs to coalesce timers.
    public static void DisableTimerSlack() => _ = ControlThread(SetTimerSlack, 1, 0, 0, 0);

    // From now on any other thread that wakes up takes the processor from this one at once (SCHED_IDLE, sched(7)).
    public static void YieldToAll()
    {
        const int thisThread = 0;
        const int idlePolicy = 5;
        var priority = 0;
        _ = SetScheduler(thisThread, idlePolicy, &priority);
    }

    public static void DisableNagle(int descriptor)
    {
        var on = 1;
        _ = SetOption(descriptor, TcpLevel, NoDelay, &on, sizeof(int));
    }

    public static int SocketErrorOf(int descriptor)
    {
        int error;
        var length = sizeof(int);
        _ = GetOption(descriptor, SocketLevel, SocketError, &error, &length);
        return error;
    }

    public static nint SendTo(int descriptor, byte* bytes, nint count) => Send(descriptor, bytes, count, NoSignal);

    public static int WaitForEvents(int epoll, byte* events, int countMax, Timespec* timeout) =>
        (int)EpollWait2(EpollWait2Call, epoll, events, countMax, timeout, 0, 0);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* bytes, nint count, int flags);

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

    [StructLayout(LayoutKind.Sequential)]
    public struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

// A level-triggered epoll instance (epoll(7)); each registration carries the caller's token.
internal sealed unsafe class Poller : IDisposable
{
    public const uint Readable = 0x1; // EPOLLIN
    public const uint Writable = 0x4; // EPOLLOUT

    private const int EventsMax = 512;
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Modify = 3;

    // struct epoll_event is packed on x64 only.
    private static readonly int s_tokenOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventBytes = s_tokenOffset + sizeof(ulong);

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(EventsMax * s_eventBytes));
    private readonly int _descriptor = LibC.CreateEpoll(CloseOnExec);

    public void Watch(int descriptor, uint interest, ulong token) => Control(Add, descriptor, interest, token);

    public void Change(int descriptor, uint interest, ulong token) => Control(Modify, descriptor, interest, token);

    // Waits for events until the timeout; 0 polls. Returns how many there are.
    public int Wait(long timeoutNs)
    {
        const long nanosecondsPerSecond = 1_000_000_000;
        var timeout = new LibC.Timespec
        {
            Seconds = timeoutNs / nanosecondsPerSecond,
            Nanoseconds = timeoutNs % nanosecondsPerSecond,
        };
        var count = LibC.WaitForEvents(_descriptor, _events, EventsMax, &timeout);
        if (count < 0 && LibC.LastError != LibC.Interrupted)
        {
            throw new IOException($"epoll_pwait2: {Marshal.GetPInvokeErrorMessage(LibC.LastError)}");
        }

        return Math.Max(count, 0);
    }

    public (uint Ready, ulong Token) Event(int index)
    {
        var bytes = new ReadOnlySpan<byte>(_events + (index * s_eventBytes), s_eventBytes);
        return (BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[s_tokenOffset..]));
    }

    public void Dispose()
    {
        _ = LibC.Close(_descriptor);
        NativeMemory.Free(_events);
    }

    private void Control(int operation, int descriptor, uint interest, ulong token)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, interest);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[s_tokenOffset..], token);
        fixed (byte* epollEvent = bytes)
        {
            if (LibC.ControlEpoll(_descriptor, operation, descriptor, epollEvent) != 0)
            {
                throw new IOException($"epoll_ctl: {Marshal.GetPInvokeErrorMessage(LibC.LastError)}");
            }
        }
    }
}
