namespace Rinha.Server.Net;

/// <summary>
/// A connected, non-blocking socket. As a safe handle: its number is not given back to the kernel while a call on it is
/// under way on another thread.
/// </summary>
internal sealed unsafe class SocketDescriptor : SafeHandle
{
    public SocketDescriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle == -1;

    /// <summary>The kernel's number for it.</summary>
    public int Number => (int)handle;

    /// <summary>Receives what is there.</summary>
    /// <param name="bytes">Where it goes.</param>
    /// <param name="error">The errno when the answer is -1.</param>
    /// <returns>How many bytes, 0 at the end, or -1.</returns>
    public int Receive(Span<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            nint count;
            do
            {
                count = LibC.Receive(this, first, bytes.Length);
                error = count < 0 ? LibC.LastError : 0;
            }
            while (error == LibC.Interrupted);

            return (int)count;
        }
    }

    /// <summary>Sends as much as is taken now.</summary>
    /// <param name="bytes">What to send.</param>
    /// <param name="error">The errno when the answer is -1.</param>
    /// <returns>How many bytes, or -1.</returns>
    public int Send(ReadOnlySpan<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            nint count;
            do
            {
                count = LibC.Send(this, first, bytes.Length);
                error = count < 0 ? LibC.LastError : 0;
            }
            while (error == LibC.Interrupted);

            return (int)count;
        }
    }

    /// <summary>Ends both directions; the other side sees the end, and so does whoever waits here.</summary>
    public void Shutdown()
    {
        try
        {
            _ = LibC.Shutdown(this, LibC.ShutdownBoth);
        }
        catch (ObjectDisposedException)
        {
            // Closed already, by the other of two that wanted its end.
        }
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
