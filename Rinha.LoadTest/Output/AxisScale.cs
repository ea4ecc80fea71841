namespace Rinha.LoadTest.Output;

// One axis: where a value lies between its two ends, and where its marks stand.
internal sealed class AxisScale
{
    private static readonly int[] s_roundSteps = [1, 2, 5, 10];
    private static readonly int[] s_timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

    private readonly Func<double, double> _curve;

    private AxisScale(double low, double high, Func<double, double> curve, IEnumerable<AxisTick> ticks) =>
        (Low, High, _curve, Ticks) = (low, high, curve, [.. ticks]);

    public double Low { get; }

    public double High { get; }

    // Whether equal distances are equal ratios.
    public bool IsLogarithmic => Low > 0;

    public IReadOnlyList<AxisTick> Ticks { get; }

    // Where a value lies, from 0 at the near end to 1; values outside are held at the ends.
    public double Position(double value)
    {
        var (low, high) = (_curve(Low), _curve(High));
        return Math.Clamp((_curve(Math.Clamp(value, Low, High)) - low) / (high - low), 0, 1);
    }

    // From 0 to the first round value that nothing exceeds.
    public static AxisScale Linear(double max, Func<double, string> label, int ticksWanted = 5)
    {
        var end = max > 0 ? max : 1;
        var step = RoundUp(end / ticksWanted);
        var count = (int)Math.Ceiling(end / step - 1e-9);
        return Linear(count * step, Enumerable.Range(0, count + 1).Select(index => index * step), label);
    }

    // From 0 to exactly the last value: for time, where a round end would leave a gap.
    public static AxisScale Time(double seconds)
    {
        var high = Math.Max(seconds, 1);
        double step = s_timeSteps.FirstOrDefault(step => step >= high / 6, (int)Math.Ceiling(high / 6 / 3600) * 3600);
        return Linear(high, Enumerable.Range(0, (int)(high / step) + 1).Select(index => index * step), Clock);
    }

    // For latencies in seconds: from 0 when they are of one size, else logarithmic, since a linear axis with a pause
    // of a second on it would press everything else flat.
    public static AxisScale Latency(IEnumerable<double> values)
    {
        const double LinearRatioMax = 20;
        var positive = values.Where(value => value > 0).DefaultIfEmpty(0.001).ToArray();
        var (min, max) = (positive.Min(), positive.Max());
        if (max / min < LinearRatioMax)
        {
            return Linear(max, Format.DurationTick);
        }

        var (low, high) = (RoundDown(min), RoundUp(max));
        // A short axis has marks between the decades too.
        int[] factors = Math.Log10(high / low) < 2.5 ? [1, 2, 5] : [1];
        var ticks =
            from decade in Enumerable.Range((int)Math.Floor(Math.Log10(low)), 20)
            from factor in factors
            let value = factor * Math.Pow(10, decade)
            where value >= low * 0.999 && value <= high * 1.001
            select new AxisTick(value, Format.DurationTick(value));
        return new AxisScale(low, high, Math.Log10, ticks);
    }

    // For percentiles as shares: equal distances for each nine more (90, 99, 99.9 %).
    public static AxisScale Percentile(double shareMax)
    {
        var high = Math.Clamp(shareMax, 0.99, 0.9999999);
        var ticks = Enumerable.Range(1, 7).Select(nines => 1 - Math.Pow(10, -nines)).Prepend(0.5)
            .Where(share => share <= high + 1e-12)
            .Select(share => new AxisTick(share, Format.Percentile(share)));
        return new AxisScale(0, high, share => -Math.Log10(1 - share), ticks);
    }

    private static AxisScale Linear(double high, IEnumerable<double> marks, Func<double, string> label) =>
        new(0, high, value => value, marks.Select(value => new AxisTick(value, label(value))));

    // The nearest 1, 2 or 5 times a power of ten. The slack keeps 0.3 / 3 from becoming 0.2: it is a hair over 0.1.
    private static double RoundUp(double value)
    {
        var power = Power(value);
        return power * s_roundSteps.First(factor => value <= factor * power * 1.000001);
    }

    private static double RoundDown(double value)
    {
        var power = Power(value);
        return power * s_roundSteps.Last(factor => value >= factor * power * 0.999999);
    }

    private static double Power(double value) => Math.Pow(10, Math.Floor(Math.Log10(value)));

    private static string Clock(double seconds) =>
        seconds < 120 ? $"{seconds:0}s" : $"{(int)seconds / 60}:{(int)seconds % 60:00}";
}
