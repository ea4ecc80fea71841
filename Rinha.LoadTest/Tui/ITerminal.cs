namespace Rinha.LoadTest.Tui;

/// <summary>What the live screen needs of a terminal. None of it throws because the terminal went away.</summary>
internal interface ITerminal
{
    /// <summary>Columns and rows at this moment.</summary>
    (int Width, int Height) Size { get; }

    /// <summary>Writes text and control codes at once.</summary>
    void Write(string text);

    /// <summary>Makes each key readable at once and no longer echoed, where there are any; twice is harmless.</summary>
    void EnterKeyMode();

    /// <summary>Puts the keys back as they were; harmless without <see cref="EnterKeyMode"/>.</summary>
    void LeaveKeyMode();

    /// <summary>Takes the bytes typed so far, without waiting for any; 0 when there are none.</summary>
    int ReadKeys(Span<byte> keys);
}
