using System.Globalization;

namespace Rinha.LoadTest.Output;

/// <summary>How every report writes numbers: the same everywhere and on every machine, whatever its language.</summary>
internal static class Figures
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

    /// <summary>An amount of the contest's money.</summary>
    public static string Dollars(double amount) => "USD " + amount.ToString("#,0.00", s_culture);

    /// <summary>An amount of memory, in the 1024s that limits are written in: <c>19.3MB</c>.</summary>
    public static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("0.#", s_culture) + "MB";

    /// <summary>How many times as much; a dash when there was nothing to compare with.</summary>
    public static string Ratio(double ratio) => ratio > 0 ? "×" + ratio.ToString("0.000", s_culture) : "–";

    /// <summary>A moment, in UTC to the second.</summary>
    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", s_culture);

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
