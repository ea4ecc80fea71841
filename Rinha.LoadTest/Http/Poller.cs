using System.Buffers.Binary;

namespace Rinha.LoadTest.Http;

/// <summary>An epoll instance (epoll(7)), level-triggered; each registration carries a token of the caller's.</summary>
internal sealed unsafe class Poller : IDisposable
{
    public const uint Readable = 0x1; // EPOLLIN
    public const uint Writable = 0x4; // EPOLLOUT
    public const uint Broken = 0x8 | 0x10; // EPOLLERR | EPOLLHUP

    private const int EventsMax = 512;
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Modify = 3;

    // struct epoll_event is packed on x64 only.
    private static readonly int s_tokenOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventBytes = s_tokenOffset + sizeof(ulong);

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(EventsMax * s_eventBytes));
    private readonly int _descriptor = LibC.CreateEpoll(CloseOnExec);

    /// <summary>Begins to watch a descriptor; closing the descriptor ends it.</summary>
    public void Watch(int descriptor, uint interest, ulong token) => Control(Add, descriptor, interest, token);

    /// <summary>Changes what is watched for.</summary>
    public void Change(int descriptor, uint interest, ulong token) => Control(Modify, descriptor, interest, token);

    /// <summary>Waits for events, not much longer than the given nanoseconds; 0 only looks.</summary>
    /// <returns>How many events there are, to be had from <see cref="Event"/>.</returns>
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

    /// <summary>One of the events of the last wait.</summary>
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
