namespace Rinha.LoadTest.Run;

/// <summary>Durations as people write them: <c>500us</c>, <c>10ms</c>, <c>30s</c>, <c>2m</c>, <c>1h</c>.</summary>
internal static class DurationText
{
    private static readonly (string Unit, double Seconds)[] s_units =
        [("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads a duration of more than 0 and at most a day.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (unit, seconds) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text.AsSpan(0, text.Length - unit.Length),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number)
                && number * seconds <= 86_400)
            {
                duration = TimeSpan.FromSeconds(number * seconds);
                return duration > TimeSpan.Zero;
            }
        }

        return false;
    }
}
