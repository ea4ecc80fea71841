using Microsoft.Extensions.Logging;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

public sealed class RequestWatchTests
{
    private const long NsPerMs = 1_000_000;

    private readonly RecordingLogger _logger = new();

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(422)]
    public void What_is_quick_and_not_the_servers_fault_is_not_logged(int status)
    {
        new RequestWatch(slowRequestMs: 1000, _logger).End(Operation.Post, status, Clock.NowNs);

        Assert.Empty(_logger.Lines);
    }

    [Fact]
    public void A_slow_request_is_a_warning_with_its_operation_status_and_duration()
    {
        new RequestWatch(slowRequestMs: 1000, _logger).End(Operation.Statement, 200, Clock.NowNs - (1500 * NsPerMs));

        var (level, id, message) = Assert.Single(_logger.Lines);
        Assert.Equal((LogLevel.Warning, 21), (level, id));
        Assert.Matches(@"^A request was slow: statement was answered 200 after 15\d\d\.\d+ ms$", message);
    }

    [Fact]
    public void Nothing_is_slow_when_that_is_off()
    {
        new RequestWatch(slowRequestMs: 0, _logger).End(Operation.Post, 200, Clock.NowNs - (3_600_000 * NsPerMs));

        Assert.Empty(_logger.Lines);
    }

    [Theory]
    [InlineData(500, 0)]
    [InlineData(503, 0)]
    [InlineData(503, 5000)]
    public void A_fault_of_the_server_is_one_line_slow_or_not(int status, int milliseconds)
    {
        new RequestWatch(slowRequestMs: 1000, _logger)
            .End(Operation.Health, status, Clock.NowNs - (milliseconds * NsPerMs));

        var (level, id, message) = Assert.Single(_logger.Lines);
        Assert.Equal((LogLevel.Warning, 22), (level, id));
        Assert.StartsWith($"health was answered {status} after ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_faults_one_a_second_is_logged_for_each_operation()
    {
        const int faults = 10_000;
        var watch = new RequestWatch(slowRequestMs: 1000, _logger);
        var began = Environment.TickCount64;
        for (var count = 0; count < faults; count++)
        {
            watch.End(Operation.Post, 503, Clock.NowNs);
        }

        Assert.InRange(_logger.Lines.Count, 1, 1 + ((Environment.TickCount64 - began) / 1000));

        watch.End(Operation.Statement, 503, Clock.NowNs);
        Assert.StartsWith("statement was answered 503", _logger.Lines[^1].Message, StringComparison.Ordinal);
    }
}
