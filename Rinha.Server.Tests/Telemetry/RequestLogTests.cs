using Microsoft.Extensions.Logging;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

public sealed class RequestLogTests
{
    private readonly RecordingLogger _logger = new();

    [Theory]
    [InlineData(60_000, 200, 500, null)]
    [InlineData(60_000, 422, 500, null)]
    [InlineData(0, 200, 3_600_000, null)] // Off.
    [InlineData(1000, 200, 1500, "A request was slow: health was answered 200 after ")]
    [InlineData(1000, 500, 0, "health was answered 500 after ")]
    [InlineData(1000, 503, 5000, "health was answered 503 after ")]
    public void A_slow_request_or_a_server_error_is_one_warning(
        int slowMs, int status, int milliseconds, string? warning)
    {
        new RequestLog(slowMs, _logger).End(RequestKind.Health, status, Clock.NowNs - (milliseconds * 1_000_000L));

        Assert.Equal(warning is null ? 0 : 1, _logger.Lines.Count);
        Assert.All(_logger.Lines, line =>
        {
            Assert.Equal((LogLevel.Warning, status == 200 ? 21 : 22), (line.Level, line.Event));
            Assert.StartsWith(warning!, line.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Server_errors_are_logged_once_a_second_for_each_operation()
    {
        const int faults = 10_000;
        var requests = new RequestLog(slowRequestMs: 1000, _logger);
        var began = Environment.TickCount64;
        for (var count = 0; count < faults; count++)
        {
            requests.End(RequestKind.Post, 503, Clock.NowNs);
        }

        Assert.InRange(_logger.Lines.Count, 1, 1 + ((Environment.TickCount64 - began) / 1000));

        requests.End(RequestKind.Statement, 503, Clock.NowNs);
        Assert.StartsWith("statement was answered 503", _logger.Lines[^1].Message, StringComparison.Ordinal);
    }
}

public sealed class LogThrottleTests
{
    [Fact]
    public void One_line_a_second_passes_with_the_number_of_dropped_ones()
    {
        var throttle = new LogThrottle();

        Assert.Equal((true, 0), Pass(5_000));
        Assert.Equal((false, 0), Pass(5_000));
        Assert.Equal((false, 0), Pass(5_999));
        Assert.Equal((true, 2), Pass(6_000));
        Assert.Equal((false, 0), Pass(6_001));
        Assert.Equal((true, 1), Pass(60_000));
        Assert.Equal((true, 0), Pass(61_000));

        (bool, long) Pass(long nowMs) => (throttle.TryPass(nowMs, out var unlogged), unlogged);
    }
}
