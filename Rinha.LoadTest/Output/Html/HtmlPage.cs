namespace Rinha.LoadTest.Output.Html;

/// <summary>
/// One HTML file that needs nothing else: no network, no script, no fonts. Its content security policy makes the
/// browser enforce that.
/// </summary>
internal static class HtmlPage
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    /// <summary>Writes a page.</summary>
    /// <param name="writer">Where to, in UTF-8.</param>
    /// <param name="title">What a browser calls it.</param>
    /// <param name="drawing">The style of what is drawn.</param>
    /// <param name="body">Writes what is on it.</param>
    public static void Write(TextWriter writer, string title, string drawing, Action<MarkupWriter> body)
    {
        writer.Write("<!DOCTYPE html>");
        var page = new MarkupWriter(writer);
        page.Open("html", ("lang", "en")).Open("head");
        page.Empty("meta", ("charset", "utf-8"));
        page.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
        page.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        // Without it browsers ask the server that serves the file for an icon.
        page.Empty("link", ("rel", "icon"), ("href", "data:,"));
        page.Element("title", title);
        page.Open("style")
            .Verbatim(StyleSheet.Palette).Verbatim(StyleSheet.Layout).Verbatim(drawing).Close();
        page.Close().Open("body");
        body(page);
        page.Close().Close();
        writer.Write('\n');
    }
}
