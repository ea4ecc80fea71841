using Spectre.Console;

namespace Rinha.LoadTest.Output.Text;

/// <summary>Writes a report's lines: in colour to a terminal that has them, else as plain text.</summary>
internal sealed class TextPage
{
    /// <summary>How many columns the report fills.</summary>
    public const int Columns = 100;

    // Spectre.Console would break longer lines; ours break where they should.
    private const int ColumnsMax = 1000;
    private const int NameColumns = 16;
    private readonly IAnsiConsole _console;
    private readonly TextWriter _writer;
    private bool _begun;

    public TextPage(TextWriter writer, bool colors)
    {
        _writer = writer;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colors ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colors ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        _console.Profile.Width = ColumnsMax;
    }

    /// <summary>Begins a section.</summary>
    public void Heading(string title)
    {
        if (_begun)
        {
            Line();
        }

        _begun = true;
        Line(new Phrase(title, Tone.Strong));
    }

    /// <summary>Writes a line; without phrases an empty one.</summary>
    public void Line(params ReadOnlySpan<Phrase> phrases)
    {
        var line = new Paragraph();
        foreach (var phrase in phrases)
        {
            // Whatever a report's texts are made of, they do not command the terminal.
            line.Append(Words.Printable(phrase.Words), ToneStyle.Of(phrase.Tone));
        }

        if (phrases.Length > 0)
        {
            _console.Write(line);
        }

        _writer.Write('\n');
    }

    /// <summary>Writes a name and, in a column of its own, what belongs to it.</summary>
    public void Field(string name, params ReadOnlySpan<Phrase> value) =>
        Line([new Phrase("  " + name.PadRight(NameColumns), Tone.Muted), .. value]);
}
