namespace Rinha.LoadTest.Stats;

/// <summary>One second of a run.</summary>
/// <param name="Second">Seconds since the measured part began, from 0.</param>
/// <param name="Completed">Requests answered in this second.</param>
/// <param name="Failed">Requests that failed in this second.</param>
/// <param name="P50">Median latency in seconds; 0 when nothing was answered.</param>
/// <param name="P99">99th percentile in seconds.</param>
/// <param name="Max">Longest latency in seconds.</param>
/// <param name="P90">90th percentile in seconds; 0 also in reports that were saved before it was there.</param>
public sealed record SecondReport(
    int Second, long Completed, long Failed, double P50, double P99, double Max, double P90 = 0);
