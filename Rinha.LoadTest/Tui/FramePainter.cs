using Spectre.Console;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// Turns pictures into the text that brings the terminal from the last one to the next: only the lines that changed,
/// each at its place, to be written at once between the marks of a synchronized update. So nothing flickers and a slow
/// connection carries little.
/// </summary>
internal sealed class FramePainter
{
    private const string BeginUpdate = "\e[?2026h";
    private const string EndUpdate = "\e[?2026l";
    private const string ClearScreen = "\e[2J";

    private readonly AnsiCapabilities _ansi;
    private string[] _shown = [];
    private (int Width, int Height) _size;

    /// <summary>Paints with the 16 colours that its owner chose for a terminal, or with none (no-color.org).</summary>
    public FramePainter()
        : this(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
    {
    }

    internal FramePainter(bool colours) => _ansi = new AnsiCapabilities
    {
        Ansi = true,
        ColorSystem = colours ? ColorSystem.Standard : ColorSystem.NoColors,
    };

    /// <summary>The text to write; empty when the terminal shows this picture already.</summary>
    /// <param name="whole">Whether to write all lines, over what others may have written.</param>
    public string Paint(Drawing picture, int width, int height, bool whole)
    {
        var text = new StringWriter();
        if (whole || _size != (width, height))
        {
            _shown = new string[height];
        }

        if (_size != (width, height))
        {
            _size = (width, height);
            text.Write(ClearScreen);
        }

        var row = 0;
        foreach (var line in picture.Lines(width, height))
        {
            var code = Encode(line);
            if (code != _shown[row])
            {
                _shown[row] = code;
                text.Write($"\e[{row + 1};1H{code}");
            }

            row++;
        }

        var update = text.ToString();
        return update.Length == 0 ? "" : BeginUpdate + update + EndUpdate;
    }

    // The writer ends each piece with a reset, so that a line looks the same whatever was written before it.
    private string Encode(Line line)
    {
        var text = new StringWriter();
        var writer = new AnsiWriter(text, _ansi);
        foreach (var segment in line.Segments)
        {
            writer.Write(segment.Text, segment.Style, null);
        }

        return text.ToString();
    }
}
