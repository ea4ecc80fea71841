using Spectre.Console;

namespace Rinha.LoadTest.Tui;

/// <summary>The screen's colours, all from the terminal's own sixteen.</summary>
internal static class Palette
{
    /// <summary>Bars and columns that mean nothing but their size.</summary>
    public static Style Bar { get; } = new(Color.Teal);

    /// <summary>What surrounds the panels.</summary>
    public static Style Border { get; } = new(Color.Grey);

    /// <summary>A panel's title.</summary>
    public static Style Title { get; } = new(Color.Teal, decoration: Decoration.Bold);
}
