namespace Rinha.LoadTest.Output.Charts;

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
