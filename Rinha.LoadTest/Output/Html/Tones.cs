namespace Rinha.LoadTest.Output.Html;

/// <summary>The style sheet's name for each tone.</summary>
internal static class Tones
{
    public static string Class(Tone tone) => tone switch
    {
        Tone.Good => "good",
        Tone.Warning => "warning",
        Tone.Bad => "bad",
        Tone.Muted => "muted",
        _ => "plain",
    };
}
