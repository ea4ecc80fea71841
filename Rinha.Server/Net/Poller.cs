using System.Buffers.Binary;

namespace Rinha.Server.Net;

// An epoll instance (epoll(7)). Edge-triggered: an event says that something new has come, and is only a hint; the
// receive or send that follows decides.
internal sealed unsafe class Poller : IDisposable
{
    public const uint Readable = 0x1; // EPOLLIN
    public const uint Writable = 0x4; // EPOLLOUT
    public const uint Broken = 0x8 | 0x10; // EPOLLERR | EPOLLHUP, which are always reported
    public const uint Ended = 0x2000; // EPOLLRDHUP: the other side sends no more

    public const int Forever = -1;
    public const int NotAtAll = 0;

    private const uint EdgeTriggered = 1u << 31; // EPOLLET
    private const int EventsMax = Limits.BatchWritesMax; // As many as one commit takes, if each brings a write.
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Modify = 3;

    // struct epoll_event is packed on x64 only.
    private static readonly int s_tokenOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventBytes = s_tokenOffset + sizeof(ulong);

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(EventsMax * s_eventBytes));
    private readonly int _descriptor = LibC.CreateEpoll(CloseOnExec);

    // Begins to watch a descriptor; closing the descriptor ends it. IOException: it cannot be watched.
    public void Watch(int descriptor, uint interest) => Control(Add, descriptor, interest);

    // Changes the events to watch for, and reports those that are pending already.
    public void Change(int descriptor, uint interest) => Control(Modify, descriptor, interest);

    // Waits Forever or NotAtAll. Returns the number of events; Event returns each.
    public int Wait(int timeoutMs)
    {
        var count = LibC.WaitForEvents(_descriptor, _events, EventsMax, timeoutMs);
        if (count < 0 && LibC.LastError != LibC.Interrupted)
        {
            throw new IOException($"epoll_wait: {LibC.Text(LibC.LastError)}");
        }

        return Math.Max(count, 0);
    }

    public (uint Ready, int Descriptor) Event(int index)
    {
        var bytes = new ReadOnlySpan<byte>(_events + (index * s_eventBytes), s_eventBytes);
        return (BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[s_tokenOffset..]));
    }

    public void Dispose()
    {
        _ = LibC.Close(_descriptor);
        NativeMemory.Free(_events);
    }

    private void Control(int operation, int descriptor, uint interest)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, interest | Ended | EdgeTriggered);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[s_tokenOffset..], descriptor);
        fixed (byte* epollEvent = bytes)
        {
            if (LibC.ControlEpoll(_descriptor, operation, descriptor, epollEvent) != 0)
            {
                throw new IOException($"epoll_ctl: {LibC.Text(LibC.LastError)}");
            }
        }
    }
}
