namespace Rinha.Server.Tests.EndToEnd;

// The answer of /metrics, parsed strictly and compared with what was sent.
public sealed class MetricsTests : IDisposable
{
    private readonly AotBank _bank = new();

    [Fact]
    public void Every_request_is_counted_by_operation_and_status_and_timed()
    {
        var before = Read();
        for (var round = 0; round < 3; round++)
        {
            _bank.Post(1, RawRequest.Body).AssertOk();
        }

        _bank.Post(1, "{}").AssertProblem(422);
        _bank.Post(6, RawRequest.Body).AssertProblem(404);
        _bank.Get("/clientes/1/extrato").AssertOk();
        _bank.Get("/health").AssertOk();
        _bank.Get("/nothing").AssertProblem(404);
        _bank.Send(RawRequest.Of("PUT", "/health")).AssertProblem(405);
        _bank.Reset();

        (string, int, int)[] expected =
        [
            ("other", 404, 1), ("post", 200, 3), ("post", 422, 1), ("post", 404, 1), ("statement", 200, 1),
            ("health", 200, 1), ("health", 405, 1), ("reset", 200, 1),
        ];
        foreach (var (operation, status, count) in expected)
        {
            // A request is counted after its answer was sent, so the next request may come first.
            var sample = $"rinha_http_requests_total{{operation=\"{operation}\",status=\"{status}\"}}";
            Wait.Until(() => Growth(before, Read(), sample) >= count, sample);
            Assert.Equal(count, Growth(before, Read(), sample));
        }

        var after = Read();
        Assert.Equal(5, Growth(before, after, """rinha_http_request_duration_seconds_count{operation="post"}"""));
        var seconds = Growth(before, after, """rinha_http_request_duration_seconds_sum{operation="post"}""");
        Assert.InRange(seconds, 5e-6, 5);
        Assert.Equal(0, after["""rinha_http_requests_total{operation="history",status="200"}"""]);
    }

    [Fact]
    public void Transactions_batches_and_turns_are_counted()
    {
        var before = Read();
        for (var round = 0; round < 9; round++)
        {
            _bank.Post(2, RawRequest.Body).AssertOk();
        }

        // A retry under the same key is in a batch, but not a second transaction.
        for (var round = 0; round < 2; round++)
        {
            _bank.Send(RawRequest.Post(
                "/clientes/2/transacoes", RawRequest.Body, headers: "Idempotency-Key: k-1")).AssertOk();
        }

        _bank.Post(2, 80_100, 'd', "too much").AssertProblem(422);
        _bank.Post(6, RawRequest.Body).AssertProblem(404);

        var after = Read();
        Assert.Equal(10, Growth(before, after, """rinha_ledger_transactions_total{result="committed"}"""));
        Assert.Equal(2, Growth(before, after, """rinha_ledger_transactions_total{result="refused"}"""));
        Assert.Equal(13, Growth(before, after, "rinha_ledger_batch_writes_count"));
        Assert.Equal(13, Growth(before, after, "rinha_ledger_batch_writes_sum"));
        Assert.Equal(13, Growth(before, after, "rinha_ledger_commit_duration_seconds_count"));
        Assert.True(Growth(before, after, "rinha_ledger_commit_duration_seconds_sum") >= 12e-6);
        Assert.InRange(Growth(before, after, "rinha_ledger_gate_wait_seconds_count"), 13, 26);
        Assert.Equal(0, after["rinha_ledger_queued_writes"]);
    }

    [Fact]
    public void A_wait_at_the_gate_is_timed_from_the_first_try()
    {
        using var gate = new Gate(_bank.DatabasePath);
        gate.Enter();
        using var waiting = _bank.Connect();
        waiting.Send(RawRequest.Credit);
        Wait.Until(() => Read()["rinha_ledger_queued_writes"] == 1, "the post waits");
        Read(); // A later round: the first try was at the end of the previous round.
        Thread.Sleep(200);
        gate.Exit();
        waiting.Receive().AssertOk();

        var after = Read();
        Assert.True(after["rinha_ledger_gate_wait_seconds_sum"] >= 0.19);
        Assert.True(after["rinha_ledger_gate_wait_seconds_count"] > after.OrZero(
            """rinha_ledger_gate_wait_seconds_bucket{le="0.1"}"""));
    }

    [Fact]
    public void Checkpoints_are_counted_and_timed()
    {
        using var load = new PostLoad(_bank.Connect, threads: 4, prefix: "c");
        Wait.Until(() => Read()["rinha_ledger_checkpoint_duration_seconds_count"] > 0, "the WAL is checkpointed");
        load.Stop();

        var after = Read();
        Assert.True(after["rinha_ledger_checkpoint_duration_seconds_sum"] >= 1e-6);
        Assert.True(after["rinha_ledger_batch_writes_sum"] >= load.Answered);
    }

    [Fact]
    public void Sizes_match_the_files_and_the_process()
    {
        _bank.Post(1, RawRequest.Body).AssertOk();
        var metrics = Read();

        Assert.Equal(new FileInfo(_bank.DatabasePath).Length, metrics["rinha_ledger_database_bytes"]);
        Assert.Equal(new FileInfo(_bank.DatabasePath + "-wal").Length, metrics["rinha_ledger_wal_bytes"]);
        Assert.True(metrics["rinha_ledger_wal_bytes"] > 0);

        var pages = File.ReadAllText($"/proc/{_bank.Server.Id}/statm").Split(' ')[1];
        var resident = long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        Assert.InRange(metrics["process_resident_memory_bytes"], resident * 0.8, resident * 1.2);
        Assert.InRange(metrics["dotnet_gc_heap_bytes"], 1000, resident);
        Assert.InRange(metrics["process_cpu_seconds_total"], 0.001, 3600);
        var startedAt = DateTimeOffset.FromUnixTimeMilliseconds((long)(metrics["process_start_time_seconds"] * 1000));
        Assert.InRange(DateTimeOffset.UtcNow - startedAt, TimeSpan.Zero, TimeSpan.FromHours(1));
    }

    [Fact]
    public void Connections_generations_and_the_build_are_exposed()
    {
        using var one = _bank.Connect();
        using var two = _bank.Connect();
        one.Exchange(RawRequest.Get("/health")).AssertOk();
        two.Exchange(RawRequest.Get("/health")).AssertOk();
        Wait.Until(() => Read()["rinha_http_open_connections"] == 3, "two idle connections and the scrape's");

        var metrics = Read();
        Assert.Equal(
            ["{generation=\"0\"}", "{generation=\"1\"}", "{generation=\"2\"}"],
            metrics.LabelsOf("dotnet_gc_collections_total"));
        var build = Assert.Single(metrics.LabelsOf("rinha_build_info"));
        Assert.StartsWith(
            $"{{version=\"{ServerCommand.Release}\",commit=\"", build, StringComparison.Ordinal);
        Assert.Equal(1, metrics["rinha_build_info" + build]);
    }

    public void Dispose() => _bank.Dispose();

    private static double Growth(MetricsText before, MetricsText after, string sample) =>
        after.OrZero(sample) - before.OrZero(sample);

    private MetricsText Read()
    {
        var answer = _bank.Get("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Header("Content-Type"));
        return MetricsText.Parse(answer.Text);
    }
}
