namespace Rinha.LoadTest.Output;

/// <summary>One axis: where a value lies between its two ends, and where its marks stand.</summary>
internal sealed class AxisScale
{
    // With more nines than that on an axis, its mark at 50% stands in the way of the one at 0%.
    private const double MedianLabelShareMax = 0.999_999;

    private readonly Func<double, double> _curve;
    private readonly double _low;
    private readonly double _high;

    private AxisScale(
        double low, double high, bool logarithmic, IReadOnlyList<AxisTick> ticks, Func<double, double> curve)
    {
        (Low, High, IsLogarithmic, Ticks, _curve) = (low, high, logarithmic, ticks, curve);
        (_low, _high) = (curve(low), curve(high));
    }

    public double Low { get; }

    public double High { get; }

    /// <summary>Whether equal distances are equal ratios.</summary>
    public bool IsLogarithmic { get; }

    public IReadOnlyList<AxisTick> Ticks { get; }

    /// <summary>Where a value lies, from 0 at the near end to 1; values outside are held at the ends.</summary>
    public double Position(double value)
    {
        var clamped = Math.Clamp(value, Low, High);
        return Math.Clamp((_curve(clamped) - _low) / (_high - _low), 0, 1);
    }

    /// <summary>From 0 to the first round value that nothing exceeds.</summary>
    public static AxisScale Linear(double max, Func<double, string> label, int ticksWanted = 5)
    {
        var end = max > 0 ? max : 1;
        var step = RoundSteps.AtLeast(end / ticksWanted);
        var count = (int)Math.Ceiling(end / step - 1e-9);
        var ticks = Enumerable.Range(0, count + 1).Select(index => Tick(index * step, label)).ToArray();
        return new AxisScale(0, count * step, false, ticks, value => value);
    }

    /// <summary>From 0 to exactly the last value: for time, where a round end would leave a gap.</summary>
    public static AxisScale Time(double seconds)
    {
        var high = Math.Max(seconds, 1);
        var step = RoundSteps.OfTime(high / 6);
        var ticks = Enumerable.Range(0, (int)(high / step) + 1).Select(index => Tick(index * step, Clock)).ToArray();
        return new AxisScale(0, high, false, ticks, value => value);
    }

    /// <summary>
    /// For latencies in seconds: from 0 when they are of one size, else logarithmic, since a linear axis with a pause
    /// of a second on it would press everything else flat.
    /// </summary>
    public static AxisScale Latency(IEnumerable<double> values)
    {
        const double LinearRatioMax = 20;
        var positive = values.Where(value => value > 0).ToArray();
        if (positive.Length == 0)
        {
            return Linear(0.001, Format.DurationTick);
        }

        var (min, max) = (positive.Min(), positive.Max());
        return max / min < LinearRatioMax
            ? Linear(max, Format.DurationTick)
            : Logarithmic(RoundSteps.AtMost(min), RoundSteps.AtLeast(max), Format.DurationTick);
    }

    /// <summary>
    /// For percentiles as shares: equal distances for each nine more (0, 90, 99, 99.9 %), up to the last before 1.
    /// </summary>
    public static AxisScale Percentile(double shareMax)
    {
        var high = Math.Clamp(shareMax, 0.99, 0.9999999);
        var ticks = new List<AxisTick> { new(0, "0%") };
        if (high < MedianLabelShareMax)
        {
            ticks.Add(new AxisTick(0.5, "50%", Important: false));
        }

        for (var nines = 1; nines <= 7; nines++)
        {
            var share = 1 - Math.Pow(10, -nines);
            if (share <= high + 1e-12)
            {
                ticks.Add(new AxisTick(share, Format.Percentile(share)));
            }
        }

        return new AxisScale(0, high, true, ticks, share => -Math.Log10(1 - share));
    }

    private static AxisScale Logarithmic(double low, double high, Func<double, string> label)
    {
        var decades = Math.Log10(high / low);
        var ticks = new List<AxisTick>();
        for (var decade = Math.Floor(Math.Log10(low)); decade <= Math.Ceiling(Math.Log10(high)); decade++)
        {
            // A short axis has marks between the decades too.
            foreach (var factor in decades < 2.5 ? [1, 2, 5] : (int[])[1])
            {
                var value = factor * Math.Pow(10, decade);
                if (value >= low * 0.999 && value <= high * 1.001)
                {
                    ticks.Add(Tick(value, label));
                }
            }
        }

        return new AxisScale(low, high, true, ticks, Math.Log10);
    }

    private static AxisTick Tick(double value, Func<double, string> label) => new(value, label(value));

    private static string Clock(double seconds) => seconds switch
    {
        < 1 and > 0 => Format.DurationTick(seconds),
        < 120 => $"{seconds:0}s",
        _ when seconds % 60 == 0 => $"{(int)seconds / 60}min",
        _ => $"{(int)seconds / 60}:{(int)seconds % 60:00}",
    };
}

/// <summary>Round numbers: 1, 2 or 5 times a power of ten, and for time what clocks have.</summary>
internal static class RoundSteps
{
    private static readonly int[] s_timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

    /// <summary>The smallest round number that is not less than a positive value.</summary>
    public static double AtLeast(double value)
    {
        var power = Power(value);
        // The slack keeps 0.3 / 3 from becoming 0.2 because it is a hair more than 0.1.
        return (value / power) switch
        {
            <= 1.000001 => power,
            <= 2.000001 => 2 * power,
            <= 5.000001 => 5 * power,
            _ => 10 * power,
        };
    }

    /// <summary>The largest round number that is not more than a positive value.</summary>
    public static double AtMost(double value)
    {
        var power = Power(value);
        return (value / power) switch
        {
            >= 9.999999 => 10 * power,
            >= 4.999999 => 5 * power,
            >= 1.999999 => 2 * power,
            _ => power,
        };
    }

    /// <summary>The smallest step of seconds, minutes or hours that is not less than a value in seconds.</summary>
    public static double OfTime(double seconds)
    {
        foreach (var step in s_timeSteps)
        {
            if (step >= seconds)
            {
                return step;
            }
        }

        return Math.Ceiling(seconds / 3600) * 3600;
    }

    private static double Power(double value) => Math.Pow(10, Math.Floor(Math.Log10(value)));
}
