using System.Net;
using System.Text;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.EndToEnd;

/// <summary>The export to an OpenTelemetry collector, for which a listener stands that keeps what it gets.</summary>
public sealed class OtlpTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly HttpListener _collector = new();
    private readonly List<(string Path, string? Type, string Body)> _received = [];

    [Fact]
    public void The_metrics_are_sent_to_the_collector_that_is_named()
    {
        var address = $"http://127.0.0.1:{FreePort.Next().Port}/";
        _collector.Prefixes.Add(address);
        _collector.Start();
        _ = ReceiveAsync();

        using var server = ServerProcess.Start(
            _directory.File("rinha.db"),
            _directory.File("api.sock"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=some-test"));
        using (var connection = server.Connect())
        {
            connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();
        }

        Wait.Until(
            () => Last()?.Body.Contains("rinha_ledger_batch_writes", StringComparison.Ordinal) == true,
            "the metrics are sent");
        var exit = server.End();

        var (path, type, body) = Last()!.Value;
        Assert.Equal("/v1/metrics", path);
        Assert.Equal("application/x-protobuf", type);
        Assert.All(
            new[]
            {
                "Rinha.Server", "service.name", "rinha", "service.version", ServerCommand.Release, "some-test",
                "rinha_http_requests_total", "rinha_http_request_duration_seconds", "rinha_ledger_transactions_total",
                "process_resident_memory_bytes", "operation", "post", "committed",
            },
            text => Assert.Contains(text, body, StringComparison.Ordinal));
        Assert.Contains("\"event_id\":6,", exit.Output, StringComparison.Ordinal);
        Assert.Equal(0, exit.Code);
    }

    [Fact]
    public void A_collector_that_is_not_there_disturbs_nothing()
    {
        using var server = ServerProcess.Start(
            _directory.File("rinha.db"),
            _directory.File("api.sock"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort.Next().Port}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "50"));
        using (var connection = server.Connect())
        {
            for (var round = 0; round < 50; round++)
            {
                connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();
                Thread.Sleep(5);
            }
        }

        var exit = server.End();
        Assert.Equal(0, exit.Code);
        Assert.Empty(exit.Error);
    }

    public void Dispose()
    {
        _collector.Close();
        _directory.Dispose();
    }

    private (string Path, string? Type, string Body)? Last()
    {
        lock (_received)
        {
            return _received.Count == 0 ? null : _received[^1];
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var context = await _collector.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                lock (_received)
                {
                    // Names and texts stand in protobuf as they are.
                    _received.Add((
                        context.Request.Url!.AbsolutePath,
                        context.Request.ContentType,
                        Encoding.Latin1.GetString(body.ToArray())));
                }

                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
