namespace Rinha.LoadTest.Tui;

/// <summary>What the live screen needs of a terminal. None of it throws because the terminal went away.</summary>
internal interface ITerminal
{
    (int Width, int Height) Size { get; }

    void Write(string text);

    /// <summary>Makes each key readable at once and no longer echoed, where there are any; twice is harmless.</summary>
    void EnterKeyMode();

    /// <summary>Puts the keys back as they were; harmless without <see cref="EnterKeyMode"/>.</summary>
    void LeaveKeyMode();

    /// <summary>Takes the bytes typed so far, without waiting for any; 0 when there are none.</summary>
    int ReadKeys(Span<byte> keys);
}

/// <summary>
/// The process's own terminal. <see cref="Console"/> is not used for the keys: it echoes what is typed between two of
/// its reads, into the picture.
/// </summary>
internal sealed class UnixTerminal : ITerminal
{
    // What a terminal that does not know its size is taken for, as everywhere.
    private const int DefaultWidth = 80;
    private const int DefaultHeight = 24;

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly bool _hasKeys = TerminalCalls.IsTerminal(TerminalCalls.Input);
    private TerminalCalls.Mode? _original;

    /// <summary>Whether the output can show a screen: a terminal without a name, or a dumb one, has no codes.</summary>
    public static bool CanShow(bool isTerminal, string? terminalName) =>
        isTerminal && terminalName is not (null or "" or "dumb");

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
        if (_hasKeys && TerminalCalls.TryGetMode(TerminalCalls.Input, out var mode))
        {
            _original ??= mode;
            TerminalCalls.SetMode(TerminalCalls.Input, mode.ForKeys());
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
        _original is null ? 0 : Math.Max(0, TerminalCalls.ReadAvailable(TerminalCalls.Input, keys));
}

/// <summary>The terminal's C functions (termios(3), ioctl_tty(2)), with Linux's constants on x64 and arm64.</summary>
internal static unsafe partial class TerminalCalls
{
    public const int Input = 0;
    public const int Output = 1;

    private const int Now = 0; // TCSANOW
    private const short Readable = 0x1; // POLLIN
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ

    public static bool IsTerminal(int descriptor) => IsATty(descriptor) == 1;

    public static bool TryGetMode(int descriptor, out Mode mode)
    {
        fixed (Mode* pointer = &mode)
        {
            return GetAttributes(descriptor, pointer) == 0;
        }
    }

    public static void SetMode(int descriptor, Mode mode) => _ = SetAttributes(descriptor, Now, &mode);

    /// <summary>Columns and rows; zero when the terminal does not know or there is none.</summary>
    public static (int Width, int Height) GetSize(int descriptor)
    {
        // struct winsize: rows and columns, then the same in pixels.
        var size = stackalloc ushort[4];
        return Control(descriptor, GetWindowSize, size) == 0 ? (size[1], size[0]) : (0, 0);
    }

    /// <summary>Takes the bytes that are there, as many as there is room for; 0 or less when there are none.</summary>
    public static int ReadAvailable(int descriptor, Span<byte> bytes)
    {
        // The mode alone does not keep a read from waiting: a shell changes it when it puts its job to sleep and back.
        var request = new PollRequest { Descriptor = descriptor, Events = Readable };
        if (Poll(&request, 1, 0) <= 0)
        {
            return 0;
        }

        fixed (byte* pointer = bytes)
        {
            return (int)Read(descriptor, pointer, bytes.Length);
        }
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATty(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, Mode* mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, Mode* mode);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, ushort* size);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollRequest* requests, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }

    /// <summary>struct termios; glibc and musl lay it out alike.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Mode
    {
        private const uint Signals = 0x1; // ISIG: Ctrl-C is a signal
        private const uint Lines = 0x2; // ICANON: input comes by lines
        private const uint Echo = 0x8; // ECHO
        private const int Time = 5; // VTIME
        private const int CountMin = 6; // VMIN
        private const int Suspend = 10; // VSUSP: the key that puts a process to sleep

        private readonly uint _input;
        private readonly uint _output;
        private readonly uint _control;
        private uint _local;
        private readonly byte _line;
        private fixed byte _characters[32];
        private readonly uint _inputSpeed;
        private readonly uint _outputSpeed;

        /// <summary>
        /// The same mode with each key on its own, unseen, and a read that returns at once. Ctrl-Z means nothing: a run
        /// that slept would report its sleep as latency.
        /// </summary>
        public readonly Mode ForKeys()
        {
            var mode = this;
            mode._local = (mode._local & ~(Lines | Echo)) | Signals;
            mode._characters[Time] = 0;
            mode._characters[CountMin] = 0;
            mode._characters[Suspend] = 0; // _POSIX_VDISABLE
            return mode;
        }
    }
}
