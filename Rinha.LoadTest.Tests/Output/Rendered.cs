using System.Text;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>Samples and reports as the reporters write them.</summary>
internal static class Rendered
{
    public static string Text(string sample, bool colors = false)
    {
        var writer = new StringWriter();
        TextReport.Write(SampleReports.All[sample], writer, colors);
        return writer.ToString();
    }

    public static string Html(string sample)
    {
        var writer = new StringWriter();
        HtmlReport.Write(SampleReports.All[sample], writer);
        return writer.ToString();
    }

    public static string Svg(string sample) => Svg(SampleReports.All[sample]);

    public static string Svg(RunReport report)
    {
        var writer = new StringWriter();
        SvgReport.Write(report, writer);
        return writer.ToString();
    }

    public static string Json(RunReport report)
    {
        var stream = new MemoryStream();
        JsonReport.Write(report, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static RunReport FromJson(string json) => JsonReport.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
