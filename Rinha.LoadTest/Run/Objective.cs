using System.Diagnostics.CodeAnalysis;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>A latency target: <c>p99=10ms</c>.</summary>
/// <param name="Percentile">0 to 100, as in <c>p99.9</c>; 100 for <c>max</c>.</param>
/// <param name="Seconds">What it may be at most.</param>
/// <param name="Text">The target as given.</param>
internal sealed record Objective(double Percentile, double Seconds, string Text)
{
    /// <summary>Reads <c>pNN=DURATION</c> or <c>max=DURATION</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Objective? objective)
    {
        objective = null;
        var parts = text.Split('=');
        if (parts.Length != 2
            || !TryReadPercentile(parts[0], out var percentile)
            || !DurationText.TryParse(parts[1], out var duration))
        {
            return false;
        }

        objective = new Objective(percentile, duration.TotalSeconds, text);
        return true;
    }

    /// <summary>The latency that the target is about, in seconds.</summary>
    public double Of(LatencyReport latency) => Percentile switch
    {
        50 => latency.P50,
        75 => latency.P75,
        90 => latency.P90,
        95 => latency.P95,
        99 => latency.P99,
        99.9 => latency.P999,
        99.99 => latency.P9999,
        _ => latency.Max,
    };

    private static bool TryReadPercentile(string text, out double percentile)
    {
        percentile = 100;
        return text == "max"
            || (text.StartsWith('p')
                && double.TryParse(text.AsSpan(1), NumberStyles.Float, CultureInfo.InvariantCulture, out percentile)
                && percentile is 50 or 75 or 90 or 95 or 99 or 99.9 or 99.99);
    }
}
