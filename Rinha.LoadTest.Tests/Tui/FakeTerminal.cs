using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

/// <summary>A terminal that remembers what is done to it, with keys and faults that come from a test.</summary>
internal sealed class FakeTerminal : ITerminal
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _written = new();
    private readonly Queue<byte[]> _typed = new();
    private (int Width, int Height) _size = (80, 24);

    /// <summary>Whether keys come one by one and unseen at the moment.</summary>
    public bool InKeyMode { get; private set; }

    /// <summary>What <see cref="Write"/> throws, if anything, when it is to write the given text.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    /// <summary>Everything written so far.</summary>
    public string Written
    {
        get
        {
            lock (_lock)
            {
                return _written.ToString();
            }
        }
    }

    public (int Width, int Height) Size
    {
        get
        {
            lock (_lock)
            {
                return _size;
            }
        }
    }

    public void Resize(int width, int height)
    {
        lock (_lock)
        {
            _size = (width, height);
        }
    }

    public void Type(string keys)
    {
        lock (_lock)
        {
            _typed.Enqueue(Encoding.UTF8.GetBytes(keys));
        }
    }

    public void Write(string text)
    {
        lock (_lock)
        {
            if (Fault(text) is { } exception)
            {
                throw exception;
            }

            _written.Append(text);
        }
    }

    public void EnterKeyMode() => InKeyMode = true;

    public void LeaveKeyMode() => InKeyMode = false;

    public int ReadKeys(Span<byte> keys)
    {
        lock (_lock)
        {
            if (!_typed.TryDequeue(out var typed))
            {
                return 0;
            }

            typed.CopyTo(keys);
            return typed.Length;
        }
    }
}
