using Spectre.Console;

namespace Rinha.LoadTest.Output;

/// <summary>What a tone looks like in a terminal, in one of its own sixteen colours.</summary>
internal static class ToneStyle
{
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
