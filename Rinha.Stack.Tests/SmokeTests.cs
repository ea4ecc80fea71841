namespace Rinha.Stack.Tests;

// smoke with the real load tester, and with a stub of bombardier that prints a report and sends nothing.
[Collection(RunsAlone.Name)]
public sealed class SmokeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Stub => _directory.File("stub");

    [Fact]
    public void The_load_tester_makes_the_three_runs()
    {
        using var stack = TestBank.Start();
        var file = _directory.File("result.json");
        Smoke(stack.Port, "--with", "rinha", "--rate", "100", "--json", file).AssertExit(0, "statements");
        var runs = JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(["credits", "debits", "statements"], runs.Select(run => run.GetProperty("name").GetString()));
        Assert.All(runs, run => Assert.True(run.GetProperty("ok").GetBoolean()));
    }

    [Fact]
    public void A_wrong_answer_fails()
    {
        var port = FreePort.Next().Port;
        using var nginx = new NginxProcess(
            $$"""
            pid wrong.pid; error_log stderr; events {}
            http {
              access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u;
              scgi_temp_path s;
              server { listen 127.0.0.1:{{port}}; location /health { return 200; } location / { return 422 '{}'; } }
            }
            """,
            port);
        Smoke(port, "--with", "rinha", "--only", "credits").AssertExit(1, "1 of 1 runs failed");
        WriteStub("\"req2xx\":5000,\"req4xx\":0");
        Smoke(port, "--only", "credits").AssertExit(1, "credits: wrong answers (curl: 422, 422)");
    }

    [Theory]
    [InlineData("credits", "\"req2xx\":5000,\"req4xx\":0", 0)]
    [InlineData("credits", "\"req2xx\":5000,\"req4xx\":2", 1)]
    [InlineData("statements", "\"req2xx\":5000,\"req4xx\":0,\"req5xx\":1", 1)]
    [InlineData("debits", "\"req2xx\":5000,\"req4xx\":200", 1)]
    [InlineData("debits", "\"req2xx\":0,\"req4xx\":0", 1)]
    public void Bombardiers_counts_decide_the_result(string run, string counts, int status)
    {
        using var stack = TestBank.Start("--floor");
        WriteStub(counts);
        Smoke(stack.Port, "--only", run).AssertExit(status, run);
    }

    [Fact]
    public void A_refused_debit_after_the_run_makes_its_4xx_count_as_refusals()
    {
        using var stack = TestBank.Start();
        stack.Post(99_980, "d").AssertOk();
        WriteStub("\"req2xx\":5000,\"req4xx\":200");
        var file = _directory.File("result.json");
        Smoke(stack.Port, "--only", "debits", "--json", file).AssertExit(0, "200 refused");
        var run = JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("runs")[0];
        Assert.Equal(422, run.GetProperty("statusAfter").GetInt32());
        Assert.Equal(5000, run.GetProperty("report").GetProperty("result").GetProperty("req2xx").GetInt32());
    }

    [Fact]
    public void A_dry_run_prints_the_command_lines_and_sends_nothing()
    {
        RinhaCommand.Run([("BOMBARDIER", "/opt/bombardier")], "smoke", "http://localhost", "--dry-run", "-c", "3")
            .AssertExit(0, "'/opt/bombardier' '-c' '3' '-d' '10s' '-t' '10s' '-l' '-m' 'POST'");
        RinhaCommand.Run(
            "smoke", "http://localhost", "--dry-run", "--with", "rinha", "--only", "statements", "--rate", "5")
            .AssertExit(0, "-c 14 -d 10s --mix 0:0:1 -r 5 --quiet -o json");
    }

    [Fact]
    public void Without_a_url_load_and_smoke_take_the_only_running_stack()
    {
        using var stack = new TestBank();
        using var other = new TestBank();
        // A private temporary directory hides other stacks of this machine.
        var temporary = new[] { ("TMPDIR", stack.Scratch("t")) };
        Directory.CreateDirectory(stack.Scratch("t"), (UnixFileMode)0b111_001_001);
        CommandExit Load(params string[] flags) => RinhaCommand.Run(temporary, ["load", "-n", "10", .. flags]);

        Load().AssertExit(3, "rinha: no stack is running (./rinha run), and no URL is given\n");
        stack.TryRun(temporary, "--floor").AssertExit(0, "up: ");
        Load().AssertExit(0, $"posts transactions to the ledger of http://127.0.0.1:{stack.Port}\n");
        RinhaCommand.Run(temporary, "smoke", "--dry-run", "--with", "rinha")
            .AssertExit(0, $"load http://127.0.0.1:{stack.Port} ");

        other.TryRun(temporary, "--floor").AssertExit(0, "up: ");
        Load().AssertExit(2, "choose one with --data or a URL: ");
        RinhaCommand.Run(temporary, "smoke").AssertExit(2, "choose one with --data or a URL: ");
        Load("--data", other.Data.FullPath).AssertExit(0, $"ledger of http://127.0.0.1:{other.Port}\n");
        Load($"http://127.0.0.1:{stack.Port}").AssertExit(0, $"ledger of http://127.0.0.1:{stack.Port}\n");
        Load("unix:/nowhere", "--data", other.Data.FullPath).AssertExit(2, "exclude each other");
        RinhaCommand.Run(temporary, "load", "compare", "nothing", "more").AssertExit(2, "no baseline 'nothing'");
    }

    public void Dispose() => _directory.Dispose();

    private CommandExit Smoke(int port, params IEnumerable<string> flags) => RinhaCommand.Run(
        [("BOMBARDIER", Stub)], ["smoke", $"http://127.0.0.1:{port}", "-d", "1", .. flags]);

    // In bombardier's JSON format.
    private void WriteStub(string counts)
    {
        var others = counts.Contains("req5xx", StringComparison.Ordinal) ? "" : "\"req5xx\":0,";
        File.WriteAllText(
            Stub,
            "#!/bin/sh\nprintf '%s' '{\"spec\":{\"numberOfConnections\":14},\"result\":{\"bytesRead\":1,"
            + $"\"timeTakenSeconds\":2.5,\"req1xx\":0,\"req3xx\":0,{others}{counts},\"others\":0,"
            + "\"latency\":{\"mean\":900,\"max\":20500,\"percentiles\":{\"50\":800,\"99\":2750}}}}'\n");
        File.SetUnixFileMode(Stub, (UnixFileMode)0b111_000_000);
    }
}
