using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>
/// Searches for the highest open-loop rate that keeps a latency target: doubles until one fails, halves the gap until
/// it is small, then looks at the best a second time, since one lucky step proves nothing; if that fails, a little
/// lower.
/// </summary>
/// <param name="run">Carries out a single run.</param>
/// <param name="control">How somebody may end the search.</param>
/// <param name="objective">The target.</param>
internal sealed class FindMaxSession(Func<LoadOptions, RunReport> run, RunControl control, Objective objective)
{
    private const double FirstRate = 500;
    private const double HighestRate = 1_000_000;
    private const double Precision = 0.03;
    private const double AchievedShare = 0.99;
    private const double StepDown = 0.95;

    private readonly List<FindMaxStep> _steps = [];

    /// <summary>Runs on the calling thread until the rate is found.</summary>
    /// <param name="options">The single runs, but for their rate.</param>
    /// <returns>The last run's report, with the search.</returns>
    public RunReport Run(LoadOptions options)
    {
        var (good, bad) = Bracket(options);
        while (good > 0 && bad - good > good * Precision && !control.StopRequested)
        {
            var middle = Math.Round((good + bad) / 2);
            if (Try(options, middle, confirmation: false).Met)
            {
                good = middle;
            }
            else
            {
                bad = middle;
            }
        }

        var report = Confirm(options, ref good);
        return report with { FindMax = new FindMaxReport(objective.Text, good, _steps) };
    }

    private (double Good, double Bad) Bracket(LoadOptions options)
    {
        var good = 0.0;
        var rate = FirstRate;
        while (rate <= HighestRate && !control.StopRequested)
        {
            if (!Try(options, rate, confirmation: false).Met)
            {
                return (good, rate);
            }

            good = rate;
            rate *= 2;
        }

        return (good, good);
    }

    private RunReport Confirm(LoadOptions options, ref double rate)
    {
        while (true)
        {
            var (report, met) = Try(options, Math.Max(rate, 1), confirmation: true);
            if (met || rate < 1 || control.StopRequested)
            {
                rate = met ? rate : 0;
                return report;
            }

            rate = Math.Floor(rate * StepDown);
        }
    }

    private (RunReport Report, bool Met) Try(LoadOptions options, double rate, bool confirmation)
    {
        var report = run(options with { Rate = rate });
        var latency = objective.Of(report.Latency);
        var met = report.Summary.Failed == 0
            && report.Summary.Completed > 0
            && report.Summary.Rate >= rate * AchievedShare
            && latency <= objective.Seconds;
        _steps.Add(new FindMaxStep(rate, report.Summary.Rate, latency, report.Summary.Failed, met, confirmation));
        return (report, met);
    }
}
