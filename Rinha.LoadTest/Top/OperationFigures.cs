namespace Rinha.LoadTest.Top;

/// <summary>One operation during an interval, over all instances.</summary>
/// <param name="Name">The value of the label <c>operation</c>.</param>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="RefusedPerSecond">Those that were answered 4xx.</param>
/// <param name="ErrorsPerSecond">Those that were answered 5xx.</param>
/// <param name="P50">The median of the time a request took, in seconds; missing when there was none.</param>
/// <param name="P99">The 99th percentile of it, in seconds.</param>
internal sealed record OperationFigures(
    string Name,
    double PerSecond,
    double RefusedPerSecond,
    double ErrorsPerSecond,
    double? P50,
    double? P99);
