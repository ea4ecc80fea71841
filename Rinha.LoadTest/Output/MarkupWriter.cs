using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Rinha.LoadTest.Output;

/// <summary>
/// Writes elements that are always closed and texts that are always escaped: HTML and well-formed XML alike.
/// </summary>
internal sealed class MarkupWriter(TextWriter output)
{
    // Escapes what means something to a parser; leaves the letters of all languages as they are.
    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly Stack<string> _open = new();

    public MarkupWriter Open(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        StartLine();
        Tag(name, attributes, ">");
        _open.Push(name);
        return this;
    }

    public MarkupWriter Close()
    {
        var name = _open.Pop();
        StartLine();
        output.Write($"</{name}>");
        return this;
    }

    public MarkupWriter Element(string name, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        StartLine();
        Tag(name, attributes, ">");
        Escaped(text);
        output.Write($"</{name}>");
        return this;
    }

    /// <summary>Writes an element without content, in a way that both HTML and SVG read.</summary>
    public MarkupWriter Empty(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        StartLine();
        Tag(name, attributes, "/>");
        return this;
    }

    /// <summary>Writes what this program itself says in HTML or CSS; never anything that came from outside.</summary>
    public MarkupWriter Verbatim(string markup)
    {
        output.Write(markup);
        return this;
    }

    private void Tag(string name, ReadOnlySpan<(string Name, string Value)> attributes, string end)
    {
        output.Write($"<{name}");
        foreach (var (attribute, value) in attributes)
        {
            output.Write($" {attribute}=\"");
            Escaped(value);
            output.Write('"');
        }

        output.Write(end);
    }

    private void Escaped(string text) => s_encoder.Encode(output, Format.OneLine(text));

    private void StartLine()
    {
        output.Write('\n');
        for (var depth = 0; depth < _open.Count; depth++)
        {
            output.Write(' ');
        }
    }
}
