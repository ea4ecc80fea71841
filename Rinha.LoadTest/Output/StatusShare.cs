using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>How many requests were answered in one way.</summary>
/// <param name="Name">The status with its name.</param>
/// <param name="Count">The requests.</param>
/// <param name="Share">Of all requests, 0 to 1.</param>
/// <param name="Tone">How good that is.</param>
internal sealed record StatusShare(string Name, long Count, double Share, Tone Tone)
{
    /// <summary>The statuses of a run in rising order, and last the requests that got none.</summary>
    public static IEnumerable<StatusShare> Of(SummaryReport summary)
    {
        foreach (var (status, count) in summary.Statuses.OrderBy(status => status.Key))
        {
            yield return new StatusShare(
                Words.Status(status), count, Part(count, summary.Requests), Words.StatusTone(status));
        }

        var unanswered = summary.Requests - summary.Statuses.Values.Sum();
        if (unanswered > 0)
        {
            yield return new StatusShare("no answer", unanswered, Part(unanswered, summary.Requests), Tone.Bad);
        }
    }

    private static double Part(long count, long all) => all == 0 ? 0 : (double)count / all;
}
