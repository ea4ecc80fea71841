namespace Rinha.Server.Tests.EndToEnd;

// The log of the published binary.
public sealed class LogTests : ServerTest
{
    [Fact]
    public void The_log_is_one_JSON_object_a_line_without_ordinary_requests()
    {
        using var server = Start(("RINHA_ENABLE_RESET", "true"), ("RINHA_SLOW_REQUEST_MS", "3600000"));
        server.Send(RawRequest.Credit).AssertOk();
        server.Post(1, "{}").AssertProblem(422);
        server.Get("/nothing").AssertProblem(404);
        server.Get("/metrics");
        var lines = Lines(server.Stop());

        Assert.Equal(
            ["1 Starting", "12 LedgerCreated", "2 Listening", "5 ResetEnabled", "3 Stopping", "4 Stopped"],
            lines.Select(line => $"{line.GetProperty("event_id")} {line.GetProperty("event")}"));
        Assert.Equal($"New ledger at {Ledger}", lines[1].GetProperty("message").GetString());
        Assert.Equal($"unix:{Socket}", lines[2].GetProperty("address").GetString());
        Assert.All(lines, line =>
        {
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.GetProperty("timestamp").GetString());
            Assert.Equal("Rinha", line.GetProperty("category").GetString());
            Assert.NotEmpty(line.GetProperty("message").GetString()!);
        });
        // The first line has the build, the settings and the limits.
        var start = lines[0];
        Assert.StartsWith(ServerCommand.Release, start.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.NotNull(start.GetProperty("commit").GetString());
        Assert.Equal(Ledger, start.GetProperty("database").GetString());
        Assert.Equal(3_600_000, start.GetProperty("slow_request_ms").GetInt32());
        Assert.True(start.GetProperty("reset_enabled").GetBoolean());
        Assert.Equal(Environment.ProcessorCount, start.GetProperty("processors").GetInt32());
        Assert.All(["cpu_quota", "memory_limit_bytes", "open_files_limit"], name => Assert.True(
            start.GetProperty(name).ValueKind is JsonValueKind.Null or JsonValueKind.Number, name));
    }

    [Fact]
    public void Misspelt_settings_are_named_in_one_warning_without_their_values_and_other_variables_are_not()
    {
        using var server = Start(
            ("RINHA_SYNCHRONUS", "FULL"),
            ("RINHA_LOG_LEVLE", "secret"),
            ("RINHA_SERVICE_HOST", "10.96.0.17"), // Kubernetes, for a service called rinha
            ("RINHA_SERVICE_PORT_HTTP", "9999"),
            ("RINHA_PORT", "tcp://10.96.0.17:9999"), // Docker's links
            ("RINHA_PORT_9999_TCP_PROTO", "tcp"),
            ("RINHA_NAME", "/app/rinha"),
            ("RINHA_ENV_PATH", "/bin"),
            ("RINHA_TLS_DIR", "/etc/rinha")); // Compose
        var exit = server.Stop();

        var warning = Assert.Single(
            Lines(exit), line => line.GetProperty("level").GetString() != "Information");
        Assert.Equal("8 VariablesMisspelt", $"{warning.GetProperty("event_id")} {warning.GetProperty("event")}");
        Assert.Equal(
            "RINHA_LOG_LEVLE (RINHA_LOG_LEVEL?), RINHA_SYNCHRONUS (RINHA_SYNCHRONOUS?)",
            warning.GetProperty("variables").GetString());
        Assert.DoesNotContain("secret", exit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_format_is_one_readable_line_an_event()
    {
        using var server = Start(("RINHA_LOG_FORMAT", "text"));
        var lines = server.Stop().Output.TrimEnd('\n').Split('\n');

        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: Rinha\[\d+\] ", line));
        Assert.EndsWith($"Rinha[2] Listening on unix:{Socket}", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_of_5xx_is_a_warning_and_its_cause_an_error_with_the_exception()
    {
        using var server = Start();
        using (var database = Database.Open(Ledger))
        {
            database.Execute("ALTER TABLE clientes RENAME TO elsewhere");
        }

        server.Send(RawRequest.Get("/clientes/1/extrato", "X-Request-Id: a-1")).AssertProblem(503, "storage-failed");

        var lines = Lines(server.Stop());
        var answer = Assert.Single(lines, line => line.GetProperty("event_id").GetInt32() == 22);
        Assert.Equal("Warning", answer.GetProperty("level").GetString());
        Assert.Equal("statement", answer.GetProperty("operation").GetString());
        Assert.Equal(503, answer.GetProperty("status").GetInt32());
        Assert.Equal("a-1", answer.GetProperty("request_id").GetString());
        Assert.Equal(0, answer.GetProperty("unlogged").GetInt64());
        var cause = lines.First(line => line.GetProperty("event_id").GetInt32() == 11);
        Assert.Equal("Error", cause.GetProperty("level").GetString());
        Assert.Equal(
            typeof(SqliteException).FullName, cause.GetProperty("exception").GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_unread_log_delays_no_request_and_reports_its_dropped_lines()
    {
        const int Clients = 200;
        const int Requests = 30 * Clients; // The pipe and the queue hold about 3,000 lines.
        using var server = ServerProcess.StartUnread(Ledger, Socket, ("RINHA_SLOW_REQUEST_MS", "1"));
        var connections = Enumerable.Range(0, Clients).Select(_ => server.Connect()).ToList();
        for (var sent = 0; sent < Requests; sent += Clients)
        {
            SendSlowly(connections);
        }

        // Once it is read, the log continues with the queued lines and reports how many others were dropped.
        var lines = 0;
        var reading = Task.Run(
            () =>
            {
                while (server.ReadOutput() is { } line)
                {
                    using var parsed = JsonDocument.Parse(line);
                    var isSlow = parsed.RootElement.GetProperty("event_id").GetInt32() == 21;
                    Interlocked.Add(ref lines, isSlow ? 1 : 0);
                }
            },
            TestContext.Current.CancellationToken);
        Wait.Until(() => Volatile.Read(ref lines) >= 1000, "the queued lines are read");
        SendSlowly(connections);
        connections.ForEach(connection => connection.Dispose());
        server.Terminate();
        await reading;
        var exit = server.AwaitExit();
        Assert.InRange(lines, 1000, Requests - 500);
        Assert.Matches(@"^\d+ message\(s\) dropped because of queue size limit", exit.Error);
    }

    // Each request logs one line: its last byte comes 2 ms after its head, and it is slow from 1 ms on.
    private static void SendSlowly(List<RawConnection> connections)
    {
        var request = RawRequest.Credit;
        connections.ForEach(connection => connection.Send(request.AsSpan(0, request.Length - 1)));
        connections.ForEach(connection => connection.AwaitRead());
        Thread.Sleep(2);
        connections.ForEach(connection => connection.Send(request.AsSpan(request.Length - 1)));
        connections.ForEach(connection => connection.Receive().AssertOk());
    }

    private static List<JsonElement> Lines(CommandExit exit)
    {
        Assert.Equal(0, exit.Code);
        Assert.EndsWith("\n", exit.Output, StringComparison.Ordinal);
        return [.. exit.Output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
