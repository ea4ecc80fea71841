namespace Rinha.LoadTest.Tui;

/// <summary>What the person in front of the screen has chosen to see, and how the run stands towards them.</summary>
internal sealed record ViewState
{
    /// <summary>The spans of time, in seconds, that the newest statistics can cover.</summary>
    private static readonly int[] s_windows = [1, 10, 30, 60, 300];

    private int _window = 1;

    /// <summary>How many of the newest seconds the second statistics cover.</summary>
    public int WindowSeconds => s_windows[_window];

    /// <summary>Whether the run starts no requests for the moment.</summary>
    public bool Paused { get; init; }

    /// <summary>Whether the run was told to end.</summary>
    public bool Ending { get; init; }

    /// <summary>The same with the next longer window, if there is one.</summary>
    public ViewState Widened() => this with { _window = Math.Min(_window + 1, s_windows.Length - 1) };

    /// <summary>The same with the next shorter window, if there is one.</summary>
    public ViewState Narrowed() => this with { _window = Math.Max(_window - 1, 0) };
}
