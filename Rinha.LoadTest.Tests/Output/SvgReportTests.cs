using System.Globalization;
using System.Xml.Linq;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>The picture's structure, as an XML parser sees it.</summary>
public sealed class SvgReportTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void It_is_one_picture_of_a_stated_size(string sample)
    {
        var picture = Parse(Rendered.Svg(sample));
        var box = ((string)picture.Attribute("viewBox")!).Split(' ').Select(Number).ToArray();
        Assert.Equal(s_svg + "svg", picture.Name);
        Assert.All(picture.Descendants(), element => Assert.Equal(s_svg, element.Name.Namespace));
        Assert.Equal([0, 0], box[..2]);
        // As wide as a page of Markdown, and of the same shape as what is in it.
        Assert.InRange(Number(picture, "width"), 800, 900);
        Assert.Equal(box[3] / box[2], Number(picture, "height") / Number(picture, "width"), 3);
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void It_needs_nothing_but_itself(string sample)
    {
        var picture = Parse(Rendered.Svg(sample));
        string[] drawn = ["svg", "title", "desc", "style", "g", "rect", "line", "path", "circle", "text", "tspan"];
        Assert.Empty(picture.DescendantsAndSelf().Select(element => element.Name.LocalName).Except(drawn));
        Assert.DoesNotContain(picture.Descendants().Attributes(), attribute =>
            attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal)
            || attribute.Name.LocalName is "href" or "src" or "style");
        var style = Assert.Single(picture.Descendants(s_svg + "style")).Value;
        Assert.DoesNotMatch("url\\(|@import|@font-face", style);
    }

    [Fact]
    public void It_has_colours_for_light_and_for_dark_pages()
    {
        var style = Parse(Rendered.Svg("closed")).Descendants(s_svg + "style").Single().Value;
        Assert.Contains("color-scheme: light dark", style, StringComparison.Ordinal);
        Assert.Equal(2, style.Split("--card: ").Length - 1);
        Assert.Contains("@media (prefers-color-scheme: dark)", style, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void It_can_be_read_without_eyes_and_has_no_id_twice(string sample)
    {
        var picture = Parse(Rendered.Svg(sample));
        var ids = picture.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.Equal("title desc", (string?)picture.Attribute("aria-labelledby"));
        Assert.All(["title", "desc"], name => Assert.NotEmpty(ById(picture, name).Value));
    }

    [Fact]
    public void The_header_says_what_was_run_and_what_came_of_it()
    {
        var header = Texts(ById(Parse(Rendered.Svg("open")), "header"));
        string[] said =
        [
            "http://127.0.0.1:9999", "open loop, 2,000 requests/s asked for, 64 connections",
            "220 débito : 110 crédito : 10 extrato", "60.0s after 5.00s of warm-up", "2024-03-10 12:30:00 UTC",
            "limits: 1.5 CPU, 550MB", "66 of 120,000 requests failed",
        ];
        Assert.All(said, words =>
            Assert.Contains(header, text => text.Contains(words, StringComparison.Ordinal)));
        Assert.All(["1,999", "120,000", "99.95%", "449µs", "1.61ms", "6.36ms", "389ms"], figure =>
            Assert.Contains(figure, header));
        Assert.Contains(
            "closed loop, 32 connections", Parse(Rendered.Svg("closed")).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("closed", "chart-rate", "completed")]
    [InlineData("open", "chart-rate", "completed|failed")]
    [InlineData("closed", "chart-latency", "p50|p90|p99|max")]
    [InlineData("closed", "chart-distribution", "latency")]
    [InlineData("open", "chart-distribution", "from the intended send time|from the actual send time (uncorrected)")]
    [InlineData("baseline", "chart-rate", "completed|failed|completed, main")]
    public void Every_series_is_drawn_and_named(string sample, string chart, string names)
    {
        var drawn = ById(Parse(Rendered.Svg(sample)), chart);
        Assert.Equal(names.Split('|'), OfClass(drawn, "legend").Select(text => text.Value));
        var lines = OfClass(drawn, "line").ToArray();
        var swatches = OfClass(drawn, "swatch").ToArray();
        Assert.Equal(swatches.Length, lines.Except(swatches).Count());
        Assert.Equal(
            swatches.Select(swatch => ((string)swatch.Attribute("class")!)["swatch ".Length..]).Order(),
            lines.Except(swatches).Select(line => (string)line.Attribute("class")!).Order());
    }

    [Fact]
    public void A_search_shows_its_curve_first()
    {
        var charts = Parse(Rendered.Svg("find-max")).Descendants().Attributes("id").Select(id => id.Value)
            .Where(id => id.StartsWith("chart-", StringComparison.Ordinal));
        Assert.Equal(["chart-find-max", "chart-rate", "chart-latency", "chart-distribution"], charts);
    }

    [Fact]
    public void A_baseline_from_before_seconds_had_a_p90_has_no_line_of_it()
    {
        var report = SampleReports.Compared();
        var before = report.Baseline!.Series.Select(second => second with { P90 = 0 }).ToArray();
        var chart = ById(
            Parse(Rendered.Svg(report with { Baseline = report.Baseline with { Series = before } })), "chart-latency");
        Assert.Equal(
            ["p50", "p90", "p99", "max", "p50, main", "p99, main", "max, main"],
            OfClass(chart, "legend").Select(text => text.Value));
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void Everything_stays_inside_the_picture(string sample)
    {
        var picture = Parse(Rendered.Svg(sample));
        var box = ((string)picture.Attribute("viewBox")!).Split(' ').Select(Number).ToArray();
        Assert.All(picture.Descendants(s_svg + "text"), text =>
        {
            var (x, y) = (Number(text, "x"), Number(text, "y"));
            foreach (var group in text.Ancestors(s_svg + "g").Where(group => group.Attribute("transform") is not null))
            {
                var move = ((string)group.Attribute("transform")!)["translate(".Length..^1].Split(' ');
                (x, y) = (x + Number(move[0]), y + Number(move[1]));
            }

            Assert.InRange(x, 0, box[2]);
            Assert.InRange(y, 12, box[3] - 12);
        });
        Assert.DoesNotMatch("NaN|Infinity|∞", picture.ToString());
    }

    [Fact]
    public void A_run_without_answers_has_empty_charts()
    {
        var picture = Parse(Rendered.Svg("empty"));
        Assert.Equal(3, OfClass(picture, "nothing").Count());
        Assert.All(OfClass(picture, "line"), line => Assert.Contains(line, OfClass(picture, "swatch")));
        Assert.Contains("–", Texts(ById(picture, "header")));
    }

    [Fact]
    public void Hostile_text_stays_text_and_is_cut_to_its_place()
    {
        var picture = Parse(Rendered.Svg("hostile"));
        Assert.All(Texts(picture), text => Assert.InRange(text.Length, 1, 80));
        Assert.Contains(Texts(ById(picture, "header")), text =>
            text.StartsWith("</title></style><script>", StringComparison.Ordinal)
            && text.EndsWith('…'));
        Assert.Contains(OfClass(ById(picture, "chart-distribution"), "legend"), text =>
            text.Value.StartsWith("</title></style>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\ufffe\uffff")]
    [InlineData("\0\u0001\u001b\u007f\u0085")]
    [InlineData("\ud800 and \udc00")]
    [InlineData("]]> <!-- &amp; ✓ 😀")]
    public void No_text_makes_it_ill_formed(string text)
    {
        var report = SampleReports.Closed();
        var seen = Words.Printable(text);
        var picture = Parse(Rendered.Svg(report with { Environment = report.Environment with { Limits = text } }));
        Assert.Contains($"limits: {seen}", picture.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_the_same_in_every_language()
    {
        var language = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        var format = language.NumberFormat;
        (format.NumberDecimalSeparator, format.NumberGroupSeparator, format.NegativeSign) = (",", ".", "−");
        var expected = Rendered.Svg("open");
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = language;
        try
        {
            Assert.Equal(expected, Rendered.Svg("open"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static XElement Parse(string svg) => XDocument.Parse(svg).Root!;

    private static XElement ById(XElement picture, string id) =>
        picture.Descendants().Single(element => (string?)element.Attribute("id") == id);

    private static IEnumerable<XElement> OfClass(XElement element, string style) => element.Descendants()
        .Where(one => ((string?)one.Attribute("class"))?.Split(' ').Contains(style) == true);

    private static string[] Texts(XElement element) =>
        [.. element.Descendants().Where(one => one.Name.LocalName is "text" or "tspan" && !one.HasElements)
            .Select(text => text.Value)];

    private static double Number(XElement element, string attribute) => Number((string)element.Attribute(attribute)!);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
