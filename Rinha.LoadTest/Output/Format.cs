using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Output;

/// <summary>
/// How everything that is shown writes numbers and names: the same on every machine, whatever its language; and how
/// text from outside becomes harmless.
/// </summary>
internal static class Format
{
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    /// <summary>Seconds, with three significant digits in the unit that fits: <c>412µs</c>, <c>1.25ms</c>.</summary>
    public static string Duration(double seconds) => Duration(seconds, "0.00", "0.0");

    /// <summary>The same without trailing zeros, for the axis of a chart: <c>5ms</c>.</summary>
    public static string DurationTick(double seconds) => Duration(seconds, "0.##", "0.#");

    /// <summary>A duration given in seconds, in whole microseconds without the unit.</summary>
    public static string Microseconds(double seconds) => Rounded(seconds * 1e6);

    /// <summary>A duration given in seconds, in whole milliseconds without the unit.</summary>
    public static string Milliseconds(double seconds) => Rounded(seconds * 1e3);

    /// <summary>A number of things, in groups of three digits.</summary>
    public static string Count(long count) => count.ToString("#,0", s_culture);

    /// <summary>Things per second, with as many digits as a rate of that size is good for.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        >= 999.5 => perSecond.ToString("#,0", s_culture),
        >= 99.95 => perSecond.ToString("0.0", s_culture),
        <= 0 => "0",
        _ => perSecond.ToString("0.00", s_culture),
    };

    /// <summary>A rate for the axis of a chart: <c>12k</c>.</summary>
    public static string RateTick(double perSecond) => perSecond switch
    {
        >= 1e6 => (perSecond / 1e6).ToString("0.##", s_culture) + "M",
        >= 1e4 => (perSecond / 1e3).ToString("0.##", s_culture) + "k",
        _ => perSecond.ToString("#,0.##", s_culture),
    };

    /// <summary>
    /// A share from 0 to 1 in percent. Never rounded to all or to nothing: one failure in a million must show.
    /// </summary>
    public static string Percent(double share) => share switch
    {
        > 0 and < 0.0001 => "<0.01%",
        < 1 and > 0.9999 => ">99.99%",
        _ => (share * 100).ToString("0.00", s_culture) + "%",
    };

    /// <summary>A percentile's name: <c>99.9%</c>, with no more digits than it needs.</summary>
    public static string Percentile(double share) => (share * 100).ToString("0.########", s_culture) + "%";

    public static string Dollars(double amount) => "USD " + amount.ToString("#,0.00", s_culture);

    /// <summary>How many times as much; a dash when there was nothing to compare with.</summary>
    public static string Ratio(double ratio) => ratio > 0 ? "×" + ratio.ToString("0.000", s_culture) : "–";

    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", s_culture);

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
        _ => Count(status),
    };

    /// <summary>How good a status is at a glance: done, refused, or trouble.</summary>
    public static Tone StatusTone(int status) => status switch
    {
        < 400 => Tone.Good,
        < 500 => Tone.Warning,
        _ => Tone.Bad,
    };

    /// <summary>
    /// Any text on one line and without control characters: what a server answered must not move the cursor of the
    /// terminal that shows it.
    /// </summary>
    public static string OneLine(string text, int charsMax = int.MaxValue)
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

    /// <summary>Parts joined on as many lines as they need; one that is too long for a line is cut.</summary>
    public static List<string> Flow(IEnumerable<string> parts, string between, int charsMax)
    {
        var lines = new List<string>();
        foreach (var part in parts.Where(part => part.Length > 0).Select(part => OneLine(part, charsMax)))
        {
            if (lines.Count > 0 && lines[^1].Length + between.Length + part.Length <= charsMax)
            {
                lines[^1] += between + part;
            }
            else
            {
                lines.Add(part);
            }
        }

        return lines;
    }

    // Direction overrides and invisible characters could make a line look like another one; XML refuses noncharacters.
    private static bool IsFormat(Rune rune) => (rune.Value & 0xFFFE) == 0xFFFE || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Rounded(double value) =>
        Math.Round(value, MidpointRounding.AwayFromZero).ToString("#,0", s_culture);

    private static string Duration(double seconds, string small, string medium)
    {
        if (seconds <= 0)
        {
            return "0s";
        }

        var (scale, unit) = seconds switch
        {
            // The bounds are half a digit below the next unit, so that nothing is rounded up to 1000µs.
            < 999.5e-9 => (1e9, "ns"),
            < 999.5e-6 => (1e6, "µs"),
            < 999.5e-3 => (1e3, "ms"),
            _ => (1.0, "s"),
        };
        var value = seconds * scale;
        var format = value switch { < 9.995 => small, < 99.95 => medium, _ => "#,0" };
        return value.ToString(format, s_culture) + unit;
    }
}
