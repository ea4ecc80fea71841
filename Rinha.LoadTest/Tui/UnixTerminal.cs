using System.Buffers.Binary;

namespace Rinha.LoadTest.Tui;

// The terminal operations of the live screen. None throws if the terminal is gone.
internal interface ITerminal
{
    (int Width, int Height) Size { get; }

    void Write(string text);

    // Makes each key readable immediately, without echo; idempotent, and a no-op without a keyboard.
    void EnterKeyMode();

    void LeaveKeyMode();

    int ReadKeys(Span<byte> keys);
}

// Reads keys without Console, which echoes what is typed between two of its reads.
internal sealed class UnixTerminal : ITerminal
{
    // The conventional size if the terminal does not know its own.
    private const int DefaultWidth = 80;
    private const int DefaultHeight = 24;

    private readonly Stream _output = Console.OpenStandardOutput();
    private byte[]? _original;

    // False for pipes, and for terminals that are unnamed or dumb and so have no control codes.
    public static bool CanShow =>
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    public (int Width, int Height) Size => TerminalCalls.GetSize(TerminalCalls.Output) is ( > 0, > 0) and var size
        ? size
        : (DefaultWidth, DefaultHeight);

    public void Write(string text)
    {
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(text));
            _output.Flush();
        }
        catch (IOException)
        {
            // The run must survive a terminal hang-up and still write its report.
        }
    }

    public void EnterKeyMode()
    {
        if (TerminalCalls.GetMode(TerminalCalls.Input) is { } mode)
        {
            _original ??= mode;
            TerminalCalls.SetMode(TerminalCalls.Input, TerminalCalls.ForKeys(mode));
        }
    }

    public void LeaveKeyMode()
    {
        if (_original is { } original)
        {
            TerminalCalls.SetMode(TerminalCalls.Input, original);
            _original = null;
        }
    }

    public int ReadKeys(Span<byte> keys) =>
        _original is null ? 0 : TerminalCalls.ReadAvailable(TerminalCalls.Input, keys);
}

// termios(3) and ioctl_tty(2), with Linux's constants for x64 and arm64.
internal static unsafe partial class TerminalCalls
{
    public const int Input = 0;
    public const int Output = 1;

    private const int Now = 0; // TCSANOW
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ
    private const nuint GetAvailable = 0x541B; // FIONREAD

    // struct termios; glibc and musl use the same layout.
    private const int ModeBytes = 60;
    private const int LocalFlags = 12; // c_lflag
    private const int Characters = 17; // c_cc
    private const uint Signals = 0x1; // ISIG: Ctrl-C is a signal
    private const uint Lines = 0x2; // ICANON: line-buffered input
    private const uint Echo = 0x8; // ECHO
    private const int Time = 5; // VTIME
    private const int CountMin = 6; // VMIN
    private const int Suspend = 10; // VSUSP: Ctrl-Z

    public static byte[]? GetMode(int descriptor)
    {
        var mode = new byte[ModeBytes];
        fixed (byte* pointer = mode)
        {
            return GetAttributes(descriptor, pointer) == 0 ? mode : null;
        }
    }

    public static void SetMode(int descriptor, byte[] mode)
    {
        fixed (byte* pointer = mode)
        {
            _ = SetAttributes(descriptor, Now, pointer);
        }
    }

    // Unbuffered, without echo. Disables Ctrl-Z: a suspended run would report the suspension as latency.
    public static byte[] ForKeys(byte[] mode)
    {
        byte[] keys = [.. mode];
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(keys.AsSpan(LocalFlags));
        BinaryPrimitives.WriteUInt32LittleEndian(keys.AsSpan(LocalFlags), (flags & ~(Lines | Echo)) | Signals);
        keys[Characters + Time] = 0;
        keys[Characters + CountMin] = 0;
        keys[Characters + Suspend] = 0; // _POSIX_VDISABLE
        return keys;
    }

    public static (int Width, int Height) GetSize(int descriptor)
    {
        // struct winsize: rows and columns, then the same in pixels.
        var size = stackalloc ushort[4];
        return Control(descriptor, GetWindowSize, size) == 0 ? (size[1], size[0]) : (0, 0);
    }

    public static int ReadAvailable(int descriptor, Span<byte> bytes)
    {
        // The mode alone cannot guarantee a non-blocking read: a shell changes it when it suspends and resumes the job.
        int available;
        if (Control(descriptor, GetAvailable, &available) != 0 || available <= 0)
        {
            return 0;
        }

        fixed (byte* pointer = bytes)
        {
            return Math.Max(0, (int)Read(descriptor, pointer, Math.Min(available, bytes.Length)));
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* mode);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, byte* bytes, nint count);
}
