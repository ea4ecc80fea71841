using System.Globalization;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>What was run, with what, and where: what one needs to run it again.</summary>
internal static class EnvironmentSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        var environment = report.Environment;
        page.Open("section", ("id", "environment")).Element("h2", "Environment").Open("dl");
        Field(page, "command", environment.Command, code: true);
        Field(page, "version", environment.Version, code: true);
        Field(page, "target", environment.Target, code: true);
        Field(page, "processor", environment.Processor);
        Field(page, "cores", Figures.Count(environment.Cores));
        Field(page, "system", environment.System);
        Field(page, "limits", environment.Limits ?? "not stated");
        Field(page, "started", Figures.Moment(report.StartedAt));
        Field(page, "duration", Words.Duration(report));
        Field(page, "seed", report.Seed.ToString(CultureInfo.InvariantCulture));
        Field(page, "mix", Words.Mix(report.Mix));
        Field(page, "schema", report.Schema, code: true);
        page.Close().Close();
    }

    /// <summary>Writes one thing that one needs to know.</summary>
    internal static void Field(MarkupWriter page, string name, string value, bool code = false) =>
        page.Open("div", ("id", "environment-" + name))
            .Element("dt", name)
            .Element("dd", value, ("class", code ? "code" : "plain"))
            .Close();
}
