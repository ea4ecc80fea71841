using System.Diagnostics.CodeAnalysis;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

// A latency target such as p99=10ms.
internal sealed record Objective(string Figure, double Seconds, string Text)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out Objective? objective)
    {
        var parts = text.Split('=');
        objective = parts.Length == 2
            && LatencyReport.Figure(parts[0]) is not null
            && DurationText.TryParse(parts[1], out var duration)
                ? new Objective(parts[0], duration.TotalSeconds, text)
                : null;
        return objective is not null;
    }

    public double ValueIn(LatencyReport latency) => LatencyReport.Figure(Figure)!(latency);
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
