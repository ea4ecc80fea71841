using System.Buffers.Binary;

namespace Rinha.LoadTest.Tui;

// What the live screen needs of a terminal. None of it throws because the terminal went away.
internal interface ITerminal
{
    (int Width, int Height) Size { get; }

    void Write(string text);

    // Makes each key readable at once and no longer echoed, where there are any; twice is harmless.
    void EnterKeyMode();

    void LeaveKeyMode();

    int ReadKeys(Span<byte> keys);
}

// Console is not used for the keys: it echoes what is typed between two of its reads, into the picture.
internal sealed class UnixTerminal : ITerminal
{
    // What a terminal that does not know its size is taken for, as everywhere.
    private const int DefaultWidth = 80;
    private const int DefaultHeight = 24;

    private readonly Stream _output = Console.OpenStandardOutput();
    private byte[]? _original;

    // Whether the output can show a screen: a terminal without a name, or a dumb one, has no codes.
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
            // A terminal that hung up must not cost the run its report.
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

// The terminal's C functions (termios(3), ioctl_tty(2)), with Linux's constants on x64 and arm64.
internal static unsafe partial class TerminalCalls
{
    public const int Input = 0;
    public const int Output = 1;

    private const int Now = 0; // TCSANOW
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ
    private const nuint GetAvailable = 0x541B; // FIONREAD

    // struct termios, which glibc and musl lay out alike.
    private const int ModeBytes = 60;
    private const int LocalFlags = 12; // c_lflag
    private const int Characters = 17; // c_cc
    private const uint Signals = 0x1; // ISIG: Ctrl-C is a signal
    private const uint Lines = 0x2; // ICANON: input comes by lines
    private const uint Echo = 0x8; // ECHO
    private const int Time = 5; // VTIME
    private const int CountMin = 6; // VMIN
    private const int Suspend = 10; // VSUSP: the key that puts a process to sleep

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

    // Each key on its own, unseen. Ctrl-Z means nothing: a run that slept would report its sleep as latency.
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
        // The mode alone does not keep a read from waiting: a shell changes it when it puts its job to sleep and back.
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
