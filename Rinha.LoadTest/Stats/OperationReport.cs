namespace Rinha.LoadTest.Stats;

/// <summary>One operation's, or one contest scenario's, share of a run.</summary>
/// <param name="Name">Its name: <c>débito</c>, <c>crédito</c>, <c>extrato</c>, or the contest's name of the
/// scenario.</param>
/// <param name="Completed">Requests answered as they should be.</param>
/// <param name="Failed">Requests that failed, whatever the kind.</param>
/// <param name="Rate">Completed requests per second of the run.</param>
/// <param name="Statuses">How many answers had which HTTP status.</param>
/// <param name="Latency">From the intended send time.</param>
/// <param name="UncorrectedLatency">From the actual send time; in an open-loop run only.</param>
public sealed record OperationReport(
    string Name,
    long Completed,
    long Failed,
    double Rate,
    IReadOnlyDictionary<int, long> Statuses,
    LatencyReport Latency,
    LatencyReport? UncorrectedLatency);
