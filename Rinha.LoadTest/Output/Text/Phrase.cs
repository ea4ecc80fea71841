namespace Rinha.LoadTest.Output.Text;

/// <summary>Some words in one colour.</summary>
internal readonly record struct Phrase(string Words, Tone Tone)
{
    public static implicit operator Phrase(string words) => new(words, Tone.Plain);
}
