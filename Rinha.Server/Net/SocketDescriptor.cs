namespace Rinha.Server.Net;

// A connected, non-blocking socket. A safe handle, so its number is not given back to the kernel while another thread
// is in a call on it.
internal sealed unsafe class SocketDescriptor : SafeHandle
{
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int ShutdownBoth = 2; // SHUT_RDWR

    public SocketDescriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle == -1;

    public int Number => (int)handle;

    // Receives what is there. Returns how many bytes, 0 at the end, or -1 and an errno.
    public int Receive(Span<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            nint count;
            do
            {
                count = LibC.Receive(this, first, bytes.Length, 0);
                error = count < 0 ? LibC.LastError : 0;
            }
            while (error == LibC.Interrupted);

            return (int)count;
        }
    }

    // Sends as much as the kernel takes now. Returns how many bytes, or -1 and an errno.
    public int Send(ReadOnlySpan<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            nint count;
            do
            {
                count = LibC.Send(this, first, bytes.Length, NoSignal);
                error = count < 0 ? LibC.LastError : 0;
            }
            while (error == LibC.Interrupted);

            return (int)count;
        }
    }

    // Ends both directions; the other side sees the end, and so does a reader or writer here.
    public void Shutdown()
    {
        try
        {
            _ = LibC.Shutdown(this, ShutdownBoth);
        }
        catch (ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
