using System.Text.RegularExpressions;
using System.Xml.Linq;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

// The text, HTML and SVG renderers.
public sealed class RendererTests
{
    private static readonly string s_seen = Format.OneLine(SampleRuns.HostileText);

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Text_has_no_control_characters_and_no_blanks_at_line_ends(string sample)
    {
        var text = Text(SampleRuns.All[sample]);
        Assert.All(text.Split('\n'), line =>
        {
            Assert.DoesNotContain(line, char.IsControl);
            Assert.Equal(line.TrimEnd(), line);
        });
        var colored = Text(SampleRuns.All[sample], colors: true);
        Assert.NotEqual(text, colored);
        Assert.Equal(text, Regex.Replace(colored, "\u001b\\[[0-9;]*m", ""));
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Html_is_well_formed_and_self_contained(string sample)
    {
        var html = Html(SampleRuns.All[sample]);
        var page = XDocument.Parse(html).Root!;
        string[] forbidden = ["script", "iframe", "img", "object", "embed", "form", "base"];
        AssertUniqueIds(page);
        Assert.Empty(Names(page).Intersect(forbidden));
        Assert.Equal("data:,", Assert.Single(page.Descendants().Attributes(), at => at.Name == "href").Value);
        Assert.StartsWith(
            "default-src 'none'",
            (string?)page.Descendants("meta").Single(one => one.Attribute("http-equiv") is not null)
                .Attribute("content"),
            StringComparison.Ordinal);
        // Unescaped: a browser decodes nothing in a style element.
        Assert.All(
            [StyleSheet.Palette, StyleSheet.Layout, StyleSheet.Drawing],
            style => Assert.Contains(style, html, StringComparison.Ordinal));
        Assert.DoesNotMatch("url\\(|@import", page.Descendants("style").Single().Value);
        // HTML treats these self-closed elements as unclosed.
        Assert.DoesNotMatch("<(td|th|p|dd|dt|span|h1|h2|caption|text)\\b[^>]*/>", html);
        Assert.All(page.Descendants("svg"), svg => Assert.NotNull(svg.Attribute("aria-label")));
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Svg_is_one_well_formed_picture(string sample)
    {
        var picture = XDocument.Parse(Svg(SampleRuns.All[sample])).Root!;
        string[] drawn = ["svg", "title", "desc", "style", "g", "rect", "path", "circle", "text", "tspan"];
        Assert.Empty(Names(picture).Except(drawn));
        AssertUniqueIds(picture);
        Assert.DoesNotMatch("NaN|Infinity|∞", picture.ToString());
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        var html = XDocument.Parse(Html(SampleRuns.Hostile)).Root!;
        Assert.Equal(7, html.Descendants("td").Count(cell => cell.Value == s_seen));
        var texts = XDocument.Parse(Svg(SampleRuns.Hostile)).Root!.Descendants()
            .Where(one => one.Name.LocalName == "text").Select(text => text.Value).ToArray();
        Assert.Contains(texts, text => text.StartsWith("</title></style><script>", StringComparison.Ordinal));
        // Texts that do not fit are cut.
        Assert.All(texts, text => Assert.InRange(text.Length, 1, 90));
    }

    internal static string Html(RunReport run) => Rendered(run, HtmlReport.Write);

    internal static string Svg(RunReport run) => Rendered(run, SvgReport.Write);

    private static string Text(RunReport run, bool colors = false) =>
        Rendered(run, (report, writer) => TextReport.Write(report, writer, colors));

    private static string Rendered(RunReport run, Action<Report, TextWriter> write)
    {
        var writer = new StringWriter();
        write(ReportBuilder.Of(run), writer);
        return writer.ToString();
    }

    private static IEnumerable<string> Names(XElement root) =>
        root.DescendantsAndSelf().Select(element => element.Name.LocalName);

    private static void AssertUniqueIds(XElement document)
    {
        var ids = document.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
    }
}
