using System.Text.RegularExpressions;
using System.Xml.Linq;
using AngleSharp.Html.Parser;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>What the three renderers make of a report, in their own languages.</summary>
public sealed class RendererTests
{
    private static readonly string s_seen = Format.OneLine(SampleRuns.HostileText);

    [Fact]
    public void The_text_of_everything_is_the_golden_one() =>
        Assert.Equal(SampleRuns.Golden("everything.txt"), Text(SampleRuns.Everything));

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

    [Fact]
    public void Columns_of_a_text_table_are_aligned_and_its_prose_stands_below()
    {
        var table = new Table(
            "Widths",
            ["name", "count", "text"],
            [["short", "1", "first"], ["a longer name", "1,000", ""]],
            ProseLast: true);
        var writer = new StringWriter();
        TextReport.Write(
            new Report("T", ["d"], "", new Verdict(Tone.Good, "v"), [new("1", "n")], [new("id", "H", table)]), writer);
        Assert.Contains(
            "\nH\n  Widths\n  name           count\n  short              1\n      first\n  a longer name  1,000\n",
            writer.ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Html_is_strict_and_well_formed_and_needs_nothing_else(string sample)
    {
        var html = Html(SampleRuns.All[sample]);
        using var document = new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(html);
        AssertUniqueIds(XDocument.Parse(html).Root!);
        Assert.Empty(document.QuerySelectorAll("script, iframe, img, object, embed, form, base"));
        Assert.Equal("data:,", Assert.Single(document.QuerySelectorAll("[href], [src]")).GetAttribute("href"));
        Assert.DoesNotMatch("url\\(|@import", document.QuerySelector("style")!.InnerHtml);
        var policy = document.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content");
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        // For readers who cannot see it.
        Assert.All(document.QuerySelectorAll("th"), one => Assert.Matches("^(col|row)$", one.GetAttribute("scope")));
        Assert.All(document.QuerySelectorAll("table"), one => Assert.NotNull(one.QuerySelector("caption")));
        Assert.All(document.QuerySelectorAll("svg"), one => Assert.All(
            one.GetAttribute("aria-labelledby")!.Split(' '), id => Assert.NotNull(document.GetElementById(id))));
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Svg_is_one_well_formed_picture_and_all_is_inside(string sample)
    {
        var picture = XDocument.Parse(Svg(SampleRuns.All[sample])).Root!;
        var box = ((string)picture.Attribute("viewBox")!).Split(' ').Select(Number).ToArray();
        string[] drawn = ["svg", "title", "desc", "style", "g", "rect", "line", "path", "circle", "text", "tspan"];
        Assert.Empty(picture.DescendantsAndSelf().Select(element => element.Name.LocalName).Except(drawn));
        Assert.DoesNotContain(picture.Descendants().Attributes(), attribute =>
            attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal)
            || attribute.Name.LocalName is "href" or "src");
        AssertUniqueIds(picture);
        Assert.InRange(Number((string)picture.Attribute("width")!), 800, 900);
        Assert.All(picture.Descendants().Where(one => one.Name.LocalName is "text" or "circle"), one =>
        {
            var (x, y) = (At(one, "x", "cx"), At(one, "y", "cy"));
            foreach (var move in one.Ancestors().Attributes("transform"))
            {
                var shift = move.Value["translate(".Length..^1].Split(' ');
                (x, y) = (x + Number(shift[0]), y + Number(shift[1]));
            }

            Assert.InRange(x, 0, box[2]);
            Assert.InRange(y, 12, box[3] - 12);
        });
        Assert.DoesNotMatch("NaN|Infinity|∞", picture.ToString());
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        using var html = new HtmlParser().ParseDocument(Html(SampleRuns.Hostile));
        Assert.Equal(s_seen, html.QuerySelector("#environment dd")!.TextContent);
        Assert.Equal(s_seen, html.QuerySelector("#failures td:last-child")!.TextContent);
        var subtitle = html.QuerySelector("#chart-find-max figcaption p")!.TextContent;
        Assert.StartsWith(s_seen, subtitle, StringComparison.Ordinal);
        var svg = XDocument.Parse(Svg(SampleRuns.Hostile)).Root!;
        var texts = svg.Descendants().Where(one => one.Name.LocalName == "text").Select(text => text.Value).ToArray();
        Assert.Contains(texts, text => text.StartsWith("</title></style><script>", StringComparison.Ordinal));
        // What has no room is cut.
        Assert.All(texts, text => Assert.InRange(text.Length, 1, 90));
    }

    [Fact]
    public void A_line_with_gaps_is_drawn_in_pieces_and_a_single_point_as_a_dot()
    {
        ChartPoint[] points = [new(0, 1), new(1, 2), new(2, double.NaN), new(3, 1)];
        var chart = RunCharts.Rate(SampleRuns.Closed) with
        {
            Lines = [new("gap", LineColor.P50, points), new("old", LineColor.P99, points[..2], Dashed: true)],
        };
        var writer = new StringWriter();
        new SvgDrawing(new MarkupWriter(writer), chart).Draw();
        var drawn = XDocument.Parse($"<g>{writer}</g>").Root!.Elements()
            .Select(element => (string)element.Attribute("class")!).ToArray();
        Assert.Equal(["line s-p99 dashed", "line s-p50", "dot s-p50"], drawn[^3..]);
        Assert.DoesNotContain("nothing", drawn);
        Assert.Contains("Nothing was measured", Svg(SampleRuns.Empty), StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_are_the_same_in_every_language()
    {
        var language = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        var format = language.NumberFormat;
        (format.NumberDecimalSeparator, format.NumberGroupSeparator, format.NegativeSign) = (",", ".", "−");
        static string[] All() =>
            [Text(SampleRuns.Everything), Html(SampleRuns.Everything), Svg(SampleRuns.Everything)];
        var expected = All();
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = language;
        try
        {
            Assert.Equal(expected, All());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
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

    private static void AssertUniqueIds(XElement document)
    {
        var ids = document.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
    }

    private static double At(XElement element, string name, string centre) =>
        Number((string?)element.Attribute(name) ?? (string)element.Attribute(centre)!);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
