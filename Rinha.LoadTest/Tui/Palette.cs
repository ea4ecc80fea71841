using Rinha.LoadTest.Output;
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

    /// <summary>A tone's style.</summary>
    public static Style Of(Tone tone) => tone switch
    {
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Muted => new Style(Color.Grey),
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        _ => Style.Plain,
    };
}
