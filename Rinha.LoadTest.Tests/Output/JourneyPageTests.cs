using System.Globalization;
using System.Xml.Linq;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Rinha.LoadTest.Journey;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>The page of a journey, as a strict HTML parser and a browser see it.</summary>
public sealed class JourneyPageTests
{
    public static TheoryData<string> Samples => ["whole", "short", "hostile"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_page_is_strict_HTML_and_well_formed_XML_with_no_id_twice(string sample)
    {
        var html = Html(sample);
        using var document = new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(html);
        var ids = document.All.Select(element => element.Id).Where(id => !string.IsNullOrEmpty(id)).ToArray();

        Assert.Equal("html", XDocument.Parse(html).Root!.Name.LocalName);
        Assert.Equal(ids.Distinct(), ids);
        Assert.Single(document.QuerySelectorAll("h1"));
        Assert.DoesNotMatch("NaN|Infinity|∞", html);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Nothing_comes_from_elsewhere(string sample)
    {
        using var document = Parse(sample);
        Assert.Empty(document.QuerySelectorAll("script, iframe, img, object, embed, form, base"));
        Assert.Equal("data:,", Assert.Single(document.QuerySelectorAll("[href], [src]")).GetAttribute("href"));
        var policy = document.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content");
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Charts_can_be_read_without_eyes(string sample)
    {
        using var document = Parse(sample);
        Assert.NotEmpty(document.QuerySelectorAll("svg"));
        Assert.All(document.QuerySelectorAll("svg"), svg =>
        {
            Assert.Equal("img", svg.GetAttribute("role"));
            var names = svg.GetAttribute("aria-labelledby")!.Split(' ').Select(document.GetElementById).ToArray();
            Assert.Equal(["title", "desc"], names.Select(name => name!.LocalName));
            Assert.All(names, name => Assert.NotEmpty(name!.TextContent));
        });
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Drawings_stay_inside_their_frame(string sample)
    {
        using var document = Parse(sample);
        foreach (var svg in document.QuerySelectorAll("svg"))
        {
            var box = svg.GetAttribute("viewBox")!.Split(' ').Select(Number).ToArray();
            Assert.All(svg.QuerySelectorAll("rect"), bar =>
            {
                var (x, y) = (Number(bar.GetAttribute("x")), Number(bar.GetAttribute("y")));
                Assert.InRange(x, 0, box[2]);
                Assert.InRange(y, 0, box[3]);
                Assert.InRange(x + Number(bar.GetAttribute("width")), x, box[2]);
                Assert.InRange(y + Number(bar.GetAttribute("height")), y, box[3]);
            });
            Assert.All(svg.QuerySelectorAll("circle"), dot =>
            {
                Assert.InRange(Number(dot.GetAttribute("cx")), 0, box[2]);
                Assert.InRange(Number(dot.GetAttribute("cy")), 0, box[3]);
            });
        }
    }

    [Fact]
    public void A_bar_is_as_high_as_its_figure_and_has_a_dot_for_each_turn()
    {
        using var document = Parse("whole");
        var heights = document.QuerySelectorAll("#chart-rate .part")
            .Select(bar => Number(bar.GetAttribute("height"))).ToArray();

        Assert.Equal(4, heights.Length);
        Assert.Equal(5, heights[3] / heights[0], 0.02);
        Assert.Equal(12, document.QuerySelectorAll("#chart-rate circle").Length);
        Assert.Equal(["1,000", "2,000", "2,500", "5,000"], Labels(document, "chart-rate"));
        Assert.Equal(["10.0ms", "5.00ms", "4.00ms", "1.00ms"], Labels(document, "chart-p50"));
    }

    [Fact]
    public void A_bar_of_CPU_time_has_a_part_for_each_process()
    {
        using var document = Parse("whole");

        Assert.Equal(4 + 4 + 4 + 3, document.QuerySelectorAll("#chart-cpu .part").Length);
        Assert.Equal(
            JourneyTables.Parts, document.QuerySelectorAll("#chart-cpu .legend span").Select(name => name.TextContent));
    }

    [Fact]
    public void What_was_not_measured_has_no_chart()
    {
        using var document = Parse("short");

        Assert.Equal(
            ["chart-rate", "chart-p50", "chart-p99", "chart-cpu"],
            document.QuerySelectorAll("figure").Select(figure => figure.Id));
        Assert.Null(document.GetElementById("card-gain"));
    }

    [Fact]
    public void The_cards_have_the_last_stage_and_the_way_to_it()
    {
        using var document = Parse("whole");

        Assert.Equal("5,000", document.QuerySelector("#card-rate dd")!.TextContent);
        Assert.Equal("×5.000", document.QuerySelector("#card-gain dd")!.TextContent);
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        using var document = Parse("hostile");
        var seen = SampleReports.HostileText.Replace('\u001b', '·').Replace('\0', '·').Replace('\u202e', '·');

        Assert.Equal(seen, document.QuerySelector("#environment-command dd")!.TextContent);
        Assert.Equal(seen, document.QuerySelector("#closed tbody th")!.TextContent);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_browser_sees_the_same_structure_and_no_error(string sample)
    {
        var (dom, console) = Chromium.Load(Html(sample));
        Assert.Empty(console);
        using var seen = new HtmlParser().ParseDocument(dom);
        using var written = Parse(sample);
        Assert.Equal(written.All.Select(Outline), seen.All.Select(Outline));
    }

    private static string Outline(IElement element) => $"{element.LocalName}#{element.Id}.{element.ClassName}";

    private static IEnumerable<string> Labels(IDocument document, string chart) =>
        document.QuerySelectorAll($"#{chart} .bar-label").Select(label => label.TextContent);

    private static IDocument Parse(string sample) => new HtmlParser().ParseDocument(Html(sample));

    private static string Html(string sample)
    {
        var writer = new StringWriter();
        JourneyPage.Write(
            sample switch
            {
                "whole" => SampleJourney.Whole(),
                "short" => SampleJourney.Short(),
                _ => Hostile(),
            },
            writer);
        return writer.ToString();
    }

    private static JourneyReport Hostile() =>
        SampleJourney.Of(SampleJourney.Stage(SampleReports.HostileText, 1_000, 0.01)) with
        {
            Command = SampleReports.HostileText,
        };

    private static double Number(string? text) => double.Parse(text!, CultureInfo.InvariantCulture);
}
