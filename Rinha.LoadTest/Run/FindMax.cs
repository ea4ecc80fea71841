using System.Diagnostics.CodeAnalysis;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

// A latency target such as p99=10ms.
// Percentile: 0 to 100; 100 means max.
internal sealed record Objective(double Percentile, double Seconds, string Text)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out Objective? objective)
    {
        var parts = text.Split('=');
        objective = parts.Length == 2
            && TryReadPercentile(parts[0], out var percentile)
            && DurationText.TryParse(parts[1], out var duration)
                ? new Objective(percentile, duration.TotalSeconds, text)
                : null;
        return objective is not null;
    }

    public double ValueIn(LatencyReport latency) => Percentile switch
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

// Searches for the highest open-loop rate that meets a latency target. Doubles the rate until a step fails, bisects
// down to 3%, then confirms the best rate with a second step, and lowers it by 5% until one is confirmed.
internal sealed class FindMaxSession(Func<LoadOptions, RunReport> run, RunControl control, Objective objective)
{
    private const double FirstRate = 500;
    private const double HighestRate = 1_000_000;
    private const double Precision = 0.03;
    private const double AchievedShare = 0.99;
    private const double StepDown = 0.95;

    private readonly List<FindMaxStep> _steps = [];

    public RunReport Run(LoadOptions options)
    {
        var good = 0.0;
        var bad = FirstRate;
        while (bad <= HighestRate && !control.StopRequested && Measure(options, bad, confirmation: false).Met)
        {
            good = bad;
            bad *= 2;
        }

        while (good > 0 && bad <= HighestRate && bad - good > good * Precision && !control.StopRequested)
        {
            var middle = Math.Round((good + bad) / 2);
            var met = Measure(options, middle, confirmation: false).Met;
            (good, bad) = met ? (middle, bad) : (good, middle);
        }

        while (true)
        {
            var (report, met) = Measure(options, Math.Max(good, 1), confirmation: true);
            if (met || good < 1 || control.StopRequested)
            {
                return report with { FindMax = new FindMaxReport(objective.Text, met ? good : 0, _steps) };
            }

            good = Math.Floor(good * StepDown);
        }
    }

    private (RunReport Report, bool Met) Measure(LoadOptions options, double rate, bool confirmation)
    {
        var report = run(options with { Rate = rate });
        var latency = objective.ValueIn(report.Latency);
        var met = report.Summary.Failed == 0
            && report.Summary.Completed > 0
            && report.Summary.Rate >= rate * AchievedShare
            && latency <= objective.Seconds;
        _steps.Add(new FindMaxStep(rate, report.Summary.Rate, latency, report.Summary.Failed, met, confirmation));
        return (report, met);
    }
}
