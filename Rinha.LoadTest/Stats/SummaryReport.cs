using System.Text.Json.Serialization;

namespace Rinha.LoadTest.Stats;

/// <summary>A run in one line.</summary>
/// <param name="Requests">Requests begun: the completed and the failed.</param>
/// <param name="Completed">Answered as they should be (200, or 422 for a debit past the limit).</param>
/// <param name="Failed">All others.</param>
/// <param name="Rate">Completed requests per second.</param>
/// <param name="SuccessShare">Completed of all, 0 to 1.</param>
/// <param name="Statuses">How many answers had which HTTP status, those that led to a retry left out.</param>
public sealed record SummaryReport(
    long Requests,
    long Completed,
    long Failed,
    double Rate,
    double SuccessShare,
    IReadOnlyDictionary<int, long> Statuses)
{
    /// <summary>How often requests were sent again; <see langword="null"/> where they are not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Retries { get; init; }
}
