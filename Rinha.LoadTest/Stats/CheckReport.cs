using System.Text.Json.Serialization;

namespace Rinha.LoadTest.Stats;

/// <summary>What the correctness checks found.</summary>
/// <param name="Acknowledged">Transactions answered 200.</param>
/// <param name="Refused">Transactions answered 422.</param>
/// <param name="Unknown">Transactions without an answer: they may or may not have been applied.</param>
/// <param name="Checks">Each check by name, with how often it was made and what it found wrong.</param>
public sealed record CheckReport(long Acknowledged, long Refused, long Unknown, IReadOnlyList<CheckResult> Checks)
{
    /// <summary>Transactions answered 503, hence not applied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Unavailable { get; init; }
}
