using System.Text;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The wording that the reports share.</summary>
internal static class Words
{
    /// <summary>How a run loads its target, and what that means for its latencies.</summary>
    public static string Mode(RunReport report) => report.TargetRate is { } rate
        ? $"open loop, {Figures.Rate(rate)} requests/s asked for; latencies count from the intended send times"
        : IsOpen(report)
            ? "open loop; latencies count from the intended send times"
            : "closed loop; a slow answer delays the next request, so the latencies hide waiting";

    /// <summary>Whether requests left on schedule, so that there are two latencies of each.</summary>
    public static bool IsOpen(RunReport report) => report.Mode == "open";

    /// <summary>A kind of failure in lower-case words.</summary>
    public static string Failure(FailureKind kind)
    {
        var words = new StringBuilder();
        foreach (var letter in kind.ToString())
        {
            words.Append(char.IsUpper(letter) && words.Length > 0 ? " " : "").Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    /// <summary>An HTTP status with its name, where the bank gives it.</summary>
    public static string Status(int status) => status switch
    {
        200 => "200 OK",
        400 => "400 Bad Request",
        404 => "404 Not Found",
        405 => "405 Method Not Allowed",
        413 => "413 Content Too Large",
        415 => "415 Unsupported Media Type",
        422 => "422 Unprocessable Content",
        500 => "500 Internal Server Error",
        502 => "502 Bad Gateway",
        503 => "503 Service Unavailable",
        504 => "504 Gateway Timeout",
        _ => Figures.Count(status),
    };

    /// <summary>How good a status is at a glance: done, refused, or trouble.</summary>
    public static Tone StatusTone(int status) => status switch
    {
        < 400 => Tone.Good,
        < 500 => Tone.Warning,
        _ => Tone.Bad,
    };

    /// <summary>The weights of the mix.</summary>
    public static string Mix(IReadOnlyList<int> weights) => weights.Count == 3
        ? $"{weights[0]} débito : {weights[1]} crédito : {weights[2]} extrato"
        : string.Join(" : ", weights);

    /// <summary>Seconds of measuring, with the warm-up before and an early end.</summary>
    public static string Duration(RunReport report) =>
        Figures.Duration(report.Duration)
        + (report.WarmUp > 0 ? $" after {Figures.Duration(report.WarmUp)} of warm-up" : "")
        + (report.Interrupted ? ", interrupted" : "");

    /// <summary>The requests with the two ways in which they ended.</summary>
    public static string Requests(SummaryReport summary) =>
        $"{Figures.Count(summary.Requests)} ({Figures.Count(summary.Completed)} completed, "
        + $"{Figures.Count(summary.Failed)} failed)"
        + (summary.Retries is { } retries ? $", sent again {Figures.Count(retries)} times" : "");

    /// <summary>A metric of a baseline in its own unit.</summary>
    public static string Metric(string metric, double value) => metric switch
    {
        Baselines.RateMetric => Figures.Rate(value) + "/s",
        Baselines.SuccessMetric => Figures.Percent(value),
        _ => Figures.Duration(value),
    };

    /// <summary>Any text without what is not seen: control characters and changes of direction.</summary>
    public static string Printable(string text) => OneLine(text, int.MaxValue);

    /// <summary>
    /// Any text on one line and without control characters: what a server answered must not move the cursor of the
    /// terminal that shows it.
    /// </summary>
    public static string OneLine(string text, int charsMax)
    {
        var line = new StringBuilder(Math.Min(text.Length, charsMax));
        foreach (var rune in text.EnumerateRunes())
        {
            if (text.Length > charsMax && line.Length + rune.Utf16SequenceLength >= charsMax)
            {
                return line.Append('…').ToString();
            }

            line.Append(Rune.IsControl(rune) || IsFormat(rune) ? "·" : rune.ToString());
        }

        return line.ToString();
    }

    // Direction overrides and invisible characters could make a line look like another one; XML refuses noncharacters.
    private static bool IsFormat(Rune rune) => (rune.Value & 0xFFFE) == 0xFFFE || Rune.GetUnicodeCategory(rune) is
        System.Globalization.UnicodeCategory.Format
        or System.Globalization.UnicodeCategory.LineSeparator
        or System.Globalization.UnicodeCategory.ParagraphSeparator;
}
