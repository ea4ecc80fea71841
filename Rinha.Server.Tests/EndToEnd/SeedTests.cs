using System.Text.Json;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.EndToEnd;

/// <summary>
/// Two processes on one file with the choices of the design this one comes from: slower, but the money's rules hold.
/// </summary>
public sealed class SeedTests : IDisposable
{
    private const int Threads = 14;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ServerProcess> _servers = [];
    private int _answered;

    public static TheoryData<string> Seeds =>
        ["all", "connections", "begin", "busy", "checkpoint", "log", "connections,checkpoint", "begin,busy"];

    private string Database => _directory.File("rinha.db");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Parallel_debits_reach_the_limit_and_never_pass_it(string seed)
    {
        const long Amount = 777;
        var limit = SeedAccounts.LimitsCents[2];
        Start(seed);
        var accepted = 0;
        var refused = 0;

        Together.Run(Threads, thread =>
        {
            using var connection = _servers[thread % 2].Connect();
            for (var isFull = false; !isFull;)
            {
                var response = Ask(connection, 2, Amount, 'd');
                switch (response.Status)
                {
                    case 200:
                        Interlocked.Increment(ref accepted);
                        Assert.InRange(response.Json.GetProperty("saldo").GetInt64(), -limit, 0);
                        break;
                    case 422:
                        Interlocked.Increment(ref refused);
                        isFull = true;
                        break;
                    default:
                        AssertBusy(seed, response);
                        break;
                }
            }
        });

        Assert.Equal(Threads, refused);
        Assert.Equal(limit / Amount, accepted);
        Assert.Equal(accepted, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
        AssertStatement(2, -accepted * Amount);
        End(seed);
        LedgerRows.AssertBalanced(Database);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_accepted_is_there_once_and_nothing_else(string seed)
    {
        Start(seed);
        var sums = new long[6];
        var accepted = 0;

        Together.Run(Threads, thread =>
        {
            var random = new Random(thread);
            using var connection = _servers[thread % 2].Connect();
            for (var count = 0; count < 400; count++)
            {
                var (id, amount, isCredit) = (random.Next(1, 6), random.Next(1, 10_001), random.Next(3) == 0);
                var response = Ask(connection, id, amount, isCredit ? 'c' : 'd');
                if (response.Status == 200)
                {
                    Interlocked.Increment(ref accepted);
                    Interlocked.Add(ref sums[id], isCredit ? amount : -amount);
                }
                else if (response.Status != 422 || isCredit)
                {
                    AssertBusy(seed, response);
                }
            }
        });

        Assert.True(accepted > 100, $"only {accepted} were accepted");
        Assert.Equal(accepted, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
        for (var id = 1; id <= 5; id++)
        {
            AssertStatement(id, sums[id]);
        }

        End(seed);
        LedgerRows.AssertBalanced(Database);
    }

    [Fact]
    public void Who_has_read_before_another_wrote_is_answered_503_and_is_not_tried_again()
    {
        Start("connections,begin,busy");
        var busy = 0;
        for (var round = 0; round < 50 && busy == 0; round++)
        {
            Together.Run(Threads, thread =>
            {
                using var connection = _servers[thread % 2].Connect();
                for (var count = 0; count < 20; count++)
                {
                    var response = Ask(connection, 1, 1, 'c');
                    if (response.Status != 200)
                    {
                        AssertBusy("begin", response);
                        Interlocked.Increment(ref busy);
                    }
                }
            });
        }

        Assert.True(busy > 0, "no transaction has met another one");
        var balance = _answered - busy;
        AssertStatement(1, balance);
        Assert.Equal(balance, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void A_request_sent_again_is_applied_once_and_a_reset_empties_the_ledger()
    {
        Start("all");
        using var connection = _servers[0].Connect();
        var request = RawRequest.Post(
            "/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, "Idempotency-Key: again");
        var first = connection.Exchange(request).AssertOk();
        using var other = _servers[1].Connect();

        Assert.Equal(first.Body, other.Exchange(request).AssertOk().Body);
        Assert.Equal(1, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
        Assert.Equal(200, other.Exchange(RawRequest.Post("/reset", "")).Status);
        AssertStatement(1, 0);
    }

    [Fact]
    public void A_commit_checkpoints_or_leaves_it_to_the_checkpointer()
    {
        foreach (var seed in new[] { "checkpoint", "busy", "connections" })
        {
            Start(seed);
            var length = new FileInfo(Database).Length;
            using (var load = new PostLoad(_servers[0].Connect, threads: 4, prefix: seed[..2]))
            {
                // A post takes two pages of 4 KiB at least: some 30 MiB without a checkpoint.
                Wait.Until(
                    () => load.Answered > 4000 || (load.Answered > 100 && load.Refused > 4000), "4000 are answered");
                Assert.Equal(0, load.Refused);
                Wait.Until(
                    () => new FileInfo(Database).Length > length + 65_536, "the log is moved into the database");
            }

            End(seed);
        }
    }

    [Fact]
    public void The_start_says_that_it_is_for_benchmarks_and_each_request_has_its_line()
    {
        Start("log,busy");
        using (var connection = _servers[0].Connect())
        {
            connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();
            connection.Exchange(RawRequest.Get("/clientes/9/extrato")).AssertProblem(404);
        }

        var lines = Lines(_servers[0].End());
        var warning = Assert.Single(lines, line => line.GetProperty("event_id").GetInt32() == 7);
        Assert.Equal("Warning", warning.GetProperty("level").GetString());
        Assert.Contains("benchmarks", warning.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("Busy, Log", warning.GetProperty("seed").GetString());
        var requests = lines.Where(line => line.GetProperty("event_id").GetInt32() == 23).ToList();
        Assert.Equal(
            ["health 200", "post 200", "statement 404"],
            requests.Select(line => $"{line.GetProperty("operation")} {line.GetProperty("status")}").TakeLast(3));
    }

    public void Dispose()
    {
        _servers.ForEach(server => server.Dispose());
        _directory.Dispose();
    }

    private void Start(string seed)
    {
        for (var number = 0; number < 2; number++)
        {
            _servers.Add(ServerProcess.Start(
                Database, _directory.File($"api{number}.sock"), ("RINHA_SEED", seed), ("RINHA_ENABLE_RESET", "true")));
        }
    }

    // Each request that was answered is a line of the log, and none of another configuration.
    private void End(string seed)
    {
        var lines = _servers.SelectMany(server => Lines(server.End())).ToList();
        var told = lines.Count(
            line => line.TryGetProperty("operation", out var operation) && operation.GetString() == "post"
                && line.GetProperty("event_id").GetInt32() is 21 or 22 or 23);
        if (seed is "all" or "log")
        {
            Assert.Equal(_answered, told);
        }

        _servers.ForEach(server => server.Dispose());
        _servers.Clear();
    }

    private RawResponse Ask(RawConnection connection, long id, long amount, char kind)
    {
        Interlocked.Increment(ref _answered);
        return connection.Exchange(RawRequest.Post(
            $"/clientes/{id}/transacoes", BankExtensions.TransactionJson(amount, kind, "seed")));
    }

    // Only a deferred transaction finds its snapshot old.
    private static void AssertBusy(string seed, RawResponse response)
    {
        Assert.Equal("1", response.AssertProblem(503).Header("Retry-After"));
        Assert.True(seed == "all" || seed.Contains("begin", StringComparison.Ordinal), $"503 with {seed}");
    }

    private void AssertStatement(long id, long balance)
    {
        foreach (var server in _servers)
        {
            using var connection = server.Connect();
            var statement = connection.Exchange(RawRequest.Get($"/clientes/{id}/extrato")).AssertOk().Json;
            Assert.Equal(balance, statement.Balance());
        }
    }

    private static List<JsonElement> Lines(ServerExit exit)
    {
        Assert.Equal(0, exit.Code);
        return [.. exit.Output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
