using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>The page in a real browser, which must see what the parser sees and have nothing to say.</summary>
public sealed class ChromiumTests
{
    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void The_browser_sees_the_same_structure_and_no_error(string sample)
    {
        var (dom, console) = Chromium.Load(Rendered.Html(sample));
        Assert.Empty(console);
        using var seen = new HtmlParser().ParseDocument(dom);
        using var written = HtmlReportTests.Parse(sample);
        Assert.Equal(written.All.Select(Outline), seen.All.Select(Outline));
        Assert.Equal(written.Title, seen.Title);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("hostile")]
    public void The_picture_is_shown_in_a_page(string sample)
    {
        var picture = Convert.ToBase64String(Encoding.UTF8.GetBytes(Rendered.Svg(sample)));
        var (dom, console) = Chromium.Load(
            $"<!DOCTYPE html><img src=\"data:image/svg+xml;base64,{picture}\" "
            + "onload=\"document.title = this.naturalWidth\" onerror=\"console.error('broken')\">");
        Assert.Empty(console);
        Assert.Contains("<title>860</title>", dom, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_with_an_error_would_be_noticed()
    {
        var (dom, console) = Chromium.Load("<!DOCTYPE html><p id=here></p><script>console.error('noticed')</script>");
        Assert.Contains("id=\"here\"", dom, StringComparison.Ordinal);
        Assert.Contains("noticed", Assert.Single(console), StringComparison.Ordinal);
    }

    private static string Outline(IElement element) => $"{element.LocalName}#{element.Id}.{element.ClassName}";
}
