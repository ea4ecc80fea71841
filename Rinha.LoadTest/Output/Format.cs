using System.Text.RegularExpressions;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Output;

// Formats numbers and names independently of the locale, and neutralizes untrusted text.
internal static partial class Format
{
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    // Seconds as three significant digits in a suitable unit: 412µs, 1.25ms.
    public static string Duration(double seconds) => Duration(seconds, "0.00", "0.0");

    // Without trailing zeros, for chart axes: 5ms.
    public static string DurationTick(double seconds) => Duration(seconds, "0.##", "0.#");

    public static string Milliseconds(double seconds) =>
        Math.Round(seconds * 1e3, MidpointRounding.AwayFromZero).ToString("#,0", s_culture);

    public static string Count(long count) => count.ToString("#,0", s_culture);

    public static string Rate(double perSecond) => perSecond switch
    {
        >= 999.5 => perSecond.ToString("#,0", s_culture),
        >= 99.95 => perSecond.ToString("0.0", s_culture),
        <= 0 => "0",
        _ => perSecond.ToString("0.00", s_culture),
    };

    public static string RateTick(double perSecond) => perSecond switch
    {
        >= 1e6 => (perSecond / 1e6).ToString("0.##", s_culture) + "M",
        >= 1e4 => (perSecond / 1e3).ToString("0.##", s_culture) + "k",
        _ => perSecond.ToString("#,0.##", s_culture),
    };

    // Never rounds a share to 0% or 100%: one failure in a million must show.
    public static string Percent(double share) => share switch
    {
        > 0 and < 0.0001 => "<0.01%",
        < 1 and > 0.9999 => ">99.99%",
        _ => (share * 100).ToString("0.00", s_culture) + "%",
    };

    public static string Percentile(double share) => (share * 100).ToString("0.########", s_culture) + "%";

    public static string Dollars(double amount) => "USD " + amount.ToString("#,0.00", s_culture);

    public static string Ratio(double ratio) => ratio > 0 ? "×" + ratio.ToString("0.000", s_culture) : "–";

    public static string Timestamp(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", s_culture);

    public static string Failure(FailureKind kind) => SplitWords(kind.ToString()).ToLowerInvariant();

    public static string Status(int status) =>
        Enum.IsDefined((HttpStatusCode)status) ? $"{status} {SplitWords($"{(HttpStatusCode)status}")}" : $"{status}";

    public static Tone StatusTone(int status) => status switch
    {
        < 400 => Tone.Good,
        < 500 => Tone.Warning,
        _ => Tone.Bad,
    };

    // Replaces control characters: a server's answer must not control the terminal that shows it.
    public static string OneLine(string text, int charsMax = int.MaxValue)
    {
        var line = new StringBuilder(Math.Min(text.Length, charsMax));
        foreach (var rune in text.EnumerateRunes())
        {
            if (text.Length > charsMax && line.Length + rune.Utf16SequenceLength >= charsMax)
            {
                return line.Append('…').ToString();
            }

            line.Append(Rune.IsControl(rune) || IsInvisible(rune) ? "·" : rune.ToString());
        }

        return line.ToString();
    }

    public static List<string> Wrap(IEnumerable<string> parts, string between, int charsMax)
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

    // Bidi overrides and invisible characters can disguise a line; XML rejects noncharacters.
    private static bool IsInvisible(Rune rune) => (rune.Value & 0xFFFE) == 0xFFFE || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordBoundary();

    private static string SplitWords(string name) => WordBoundary().Replace(name, " ");

    private static string Duration(double seconds, string small, string medium)
    {
        if (seconds <= 0)
        {
            return "0s";
        }

        var (scale, unit) = seconds switch
        {
            // Half a digit below the next unit, so that nothing rounds up to 1000µs.
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
