using System.Xml.Linq;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>The page's structure, as a strict HTML parser sees it.</summary>
public sealed class HtmlReportTests
{
    private static readonly string[] s_always =
        ["verdict", "mode", "cards", "time", "latency", "answers", "operations", "failures", "environment"];

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void The_page_is_strict_HTML_and_well_formed_XML(string sample)
    {
        var html = Rendered.Html(sample);
        using var document = new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(html);
        Assert.Equal("en", document.DocumentElement.GetAttribute("lang"));
        Assert.Equal("html", XDocument.Parse(html).Root!.Name.LocalName);
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void Every_page_has_its_sections_and_no_id_twice(string sample)
    {
        using var document = Parse(sample);
        var ids = document.All.Select(element => element.Id).Where(id => !string.IsNullOrEmpty(id)).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(s_always, id => Assert.NotNull(document.GetElementById(id)));
        Assert.Single(document.QuerySelectorAll("h1"));
    }

    [Theory]
    [InlineData("contest", "contest")]
    [InlineData("check", "checks")]
    [InlineData("find-max", "find-max")]
    [InlineData("baseline", "baseline")]
    public void A_special_run_has_a_section_more(string sample, string id)
    {
        using var special = Parse(sample);
        using var plain = Parse("closed");
        Assert.NotNull(special.GetElementById(id));
        Assert.Null(plain.GetElementById(id));
    }

    [Fact]
    public void Retries_have_a_card_where_requests_may_be_sent_again()
    {
        var report = SampleReports.Closed();
        var writer = new StringWriter();
        HtmlReport.Write(report with { Summary = report.Summary with { Retries = 1_234 } }, writer);

        using var document = new HtmlParser().ParseDocument(writer.ToString());
        using var plain = Parse("closed");

        Assert.Equal("1,234", document.QuerySelector("#card-retries dd")!.TextContent);
        Assert.Null(plain.GetElementById("card-retries"));
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void Nothing_comes_from_elsewhere(string sample)
    {
        using var document = Parse(sample);
        Assert.Empty(document.QuerySelectorAll("script, iframe, img, object, embed, form, base"));
        Assert.Equal("data:,", Assert.Single(document.QuerySelectorAll("[href], [src]")).GetAttribute("href"));
        Assert.All(document.QuerySelectorAll("style, [style]"), element =>
        {
            var style = element.GetAttribute("style") ?? element.TextContent;
            Assert.DoesNotContain("url(", style, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("@import", style, StringComparison.OrdinalIgnoreCase);
        });
        var policy = document.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content");
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void Charts_and_tables_can_be_read_without_eyes(string sample)
    {
        using var document = Parse(sample);
        Assert.All(document.QuerySelectorAll("svg"), svg =>
        {
            Assert.Equal("img", svg.GetAttribute("role"));
            var names = svg.GetAttribute("aria-labelledby")!.Split(' ').Select(document.GetElementById).ToArray();
            Assert.Equal(["title", "desc"], names.Select(name => name!.LocalName));
            Assert.All(names, name => Assert.NotEmpty(name!.TextContent));
        });
        Assert.All(document.QuerySelectorAll("th"), heading =>
            Assert.Matches("^(col|row)$", heading.GetAttribute("scope")));
        Assert.All(document.QuerySelectorAll("table"), table => Assert.NotNull(table.QuerySelector("caption")));
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void No_figure_is_not_a_number(string sample)
    {
        using var document = Parse(sample);
        Assert.DoesNotMatch("NaN|Infinity|∞", document.DocumentElement.OuterHtml);
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void Drawings_stay_inside_their_frame(string sample)
    {
        using var document = Parse(sample);
        foreach (var svg in document.QuerySelectorAll("svg"))
        {
            var box = svg.GetAttribute("viewBox")!.Split(' ').Select(Number).ToArray();
            Assert.All(svg.QuerySelectorAll("path"), path =>
            {
                var points = path.GetAttribute("d")!.Split('M', 'L').Where(point => point.Contains(' ')).ToArray();
                Assert.NotEmpty(points);
                Assert.All(points, point =>
                {
                    var coordinates = point.Split('V')[0].Split(' ').Select(Number).ToArray();
                    Assert.InRange(coordinates[0], 0, box[2]);
                    Assert.InRange(coordinates[1], 0, box[3]);
                });
            });
        }
    }

    [Fact]
    public void Each_second_can_be_pointed_at()
    {
        using var document = Parse("ten-minutes");
        var hints = document.QuerySelectorAll("#chart-rate .hint > title");
        Assert.Equal(600, hints.Length);
        Assert.StartsWith("second 0: ", hints[0].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_saved_run_is_dashed_behind_this_one()
    {
        using var document = Parse("baseline");
        Assert.Single(document.QuerySelectorAll("#chart-rate path.dashed"));
        Assert.Equal(4, document.QuerySelectorAll("#chart-latency path.dashed").Length);
        Assert.Single(document.QuerySelectorAll("#chart-distribution path.dashed"));
        Assert.True(document.QuerySelector("#chart-rate path.line")!.ClassList.Contains("dashed"));
        Assert.Empty(Parse("open").QuerySelectorAll("path.dashed"));
    }

    [Fact]
    public void A_run_without_answers_has_empty_charts()
    {
        using var document = Parse("empty");
        Assert.Equal(3, document.QuerySelectorAll("svg text.nothing").Length);
        Assert.Empty(document.QuerySelectorAll("svg path"));
    }

    [Fact]
    public void A_single_second_is_a_dot()
    {
        using var document = Parse("one-second");
        Assert.Single(document.QuerySelectorAll("#chart-rate circle"));
        Assert.Equal(4, document.QuerySelectorAll("#chart-latency circle").Length);
    }

    [Fact]
    public void The_contest_is_shown_to_the_microsecond_and_to_the_millisecond()
    {
        using var document = Parse("contest-fined");
        Assert.Equal("USD 94,890.97", document.QuerySelector("#card-score dd")!.TextContent);
        Assert.Equal(9, document.QuerySelectorAll("#contest-us tbody tr").Length);
        Assert.Equal(9, document.QuerySelectorAll("#contest-ms tbody tr").Length);
        Assert.Equal(2, document.QuerySelectorAll("#contest-checks tbody tr").Length);
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        using var document = Parse("hostile");
        var seen = SampleReports.HostileText.Replace('\u001b', '·').Replace('\0', '·').Replace('\u202e', '·');
        Assert.Equal(seen, document.QuerySelector("#environment-command dd")!.TextContent);
        Assert.Equal(seen, document.QuerySelector("#failure-table td:last-child")!.TextContent);
        Assert.Equal(seen, document.QuerySelector("#check-results tbody th")!.TextContent);
        Assert.Equal(seen, document.QuerySelector("#contest-checks tbody th")!.TextContent);
        Assert.Contains(seen, document.QuerySelector("#chart-find-max .axes")!.TextContent, StringComparison.Ordinal);
    }

    internal static IDocument Parse(string sample) => new HtmlParser().ParseDocument(Rendered.Html(sample));

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
