using Rinha.LoadTest.Top;

namespace Rinha.LoadTest.Tests.Top;

/// <summary>Readings of a stack that was never there.</summary>
internal static class Readings
{
    /// <summary>A scrape; each line is <c>name{labels} value</c>.</summary>
    public static Scrape Scrape(params string[] lines)
    {
        Assert.True(LoadTest.Top.Scrape.TryParse(string.Join('\n', lines), out var scrape, out var error), error);
        return scrape;
    }

    /// <summary>A process that says this.</summary>
    public static ProcessReading Api(string name, params string[] lines) =>
        new(name, ProcessReading.Up, Scrape(lines), null);

    /// <summary>A process that says nothing.</summary>
    public static ProcessReading Down(string name) => new(name, ProcessReading.Down, null, null);

    public static TopReading At(double seconds, params ProcessReading[] processes) => new(seconds, processes);

    /// <summary>A post that took so many seconds at most, for the given bounds.</summary>
    public static string[] Posts(int count, int fast) =>
    [
        $$"""rinha_http_requests_total{operation="post",status="200"} {{count}}""",
        $$"""rinha_http_request_duration_seconds_bucket{operation="post",le="0.001"} {{fast}}""",
        $$"""rinha_http_request_duration_seconds_bucket{operation="post",le="0.01"} {{count}}""",
        $$"""rinha_http_request_duration_seconds_bucket{operation="post",le="+Inf"} {{count}}""",
        $$"""rinha_http_request_duration_seconds_count{operation="post"} {{count}}""",
    ];
}
