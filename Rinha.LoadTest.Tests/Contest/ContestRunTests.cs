using System.Text.RegularExpressions;
using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

// The whole simulation against a correct bank: what it sends, when, and over which connections.
[Collection(Simulations.Name)]
public sealed partial class ContestRunTests(Simulations simulations)
{
    private const int Opening = 123;
    private const int FirstValidation = 52;

    private static readonly string[] s_invalid =
    [
        """{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""",
        """{"valor": 1, "tipo": "x", "descricao": "devolve"}""",
        """{"valor": 1, "tipo": "c", "descricao": "123456789 e mais um pouco"}""",
        """{"valor": 1, "tipo": "c", "descricao": ""}""",
        """{"valor": 1, "tipo": "c", "descricao": null}""",
    ];

    // Waits for the simulation to end, so that the list is complete.
    private List<StubRequest> Requests =>
        simulations.Correct.Report.Interrupted ? [] : [.. simulations.Correct.Bank.Requests];

    [Fact]
    public void A_correct_bank_passes_every_check()
    {
        var report = simulations.Correct.Report;

        Assert.Empty(report.Failures);
        Assert.Empty(report.Contest!.FailedChecks);
        Assert.Equal((0, 0.0), (report.Contest.Inconsistencies, report.Contest.InconsistencyFine));
        // On a busy machine a correct answer may be late.
        Assert.InRange(report.Contest.OnTimeShare, 0, 1);
        var lateFine = Math.Max(0, 98_000 - (report.Contest.OnTimeShare * 100_000));
        Assert.Equal(lateFine, report.Contest.LateFine, precision: 2);
        Assert.Equal(100_000 - lateFine, report.Contest.Payment, precision: 2);
        Assert.Equal(("open", false), (report.Mode, report.Interrupted));
    }

    [Fact]
    public void Every_scenario_has_its_requests()
    {
        var report = simulations.Correct.Report;
        var load = Simulations.Schedule.Starts.CountBy(start => start.Scenario).ToDictionary();

        Assert.Equal(
            [
                ("validação concorrência transações - d", 25),
                ("validação concorrência saldo - -25", 1),
                ("validação concorrência transações - c", 25),
                ("validação concorrência saldo - 0", 1),
                ("validações", 70),
                ("validação HTTP 404", 1),
                ("débitos", load[Scenario.Debits]),
                ("créditos", load[Scenario.Credits]),
                ("extratos", load[Scenario.Statements]),
            ],
            report.Operations.Select(operation => (operation.Name, (int)operation.Completed)));
        Assert.Equal(Opening + Simulations.Schedule.Starts.Count, report.Summary.Requests);
        Assert.Equal(report.Summary.Requests, Requests.Count);
        Assert.Equal(report.Summary.Requests, report.Latency.Count);
    }

    [Fact]
    public void The_opening_is_five_scenarios_in_their_order()
    {
        var opening = Requests.Take(Opening).ToList();

        Assert.All(opening[..25], request => AssertTransaction(request, "d"));
        Assert.Equal("/clientes/1/extrato", opening[25].Path);
        Assert.All(opening[26..51], request => AssertTransaction(request, "c"));
        Assert.Equal("/clientes/1/extrato", opening[51].Path);
        Assert.Single(opening[FirstValidation..], request => request.Path == "/clientes/6/extrato");
        Assert.All(Enumerable.Range(1, 5), clientId =>
            Assert.Equal(14, opening[FirstValidation..].Count(request => request.ClientId == clientId)));

        static void AssertTransaction(StubRequest request, string kind) => Assert.Equal(
            ("/clientes/1/transacoes", $$"""{"valor": 1, "tipo": "{{kind}}", "descricao": "validacao"}"""),
            (request.Path, request.Body));
    }

    [Fact]
    public void Each_scenario_starts_on_a_one_second_tick_and_the_load_when_it_is_due()
    {
        var requests = Requests;
        int[] firsts = [0, 25, 26, 51, FirstValidation, Opening];
        var due = firsts.Select((first, tick) => (requests[first], 1_000 * tick))
            .Concat(requests.Skip(Opening).OrderBy(request => request.At)
                .Zip(Simulations.Schedule.Starts.Select(start => 5_000 + start.OffsetMs)));

        // On a busy machine a request may be late, but never early.
        Assert.All(due, one => Assert.True(
            Stopwatch.GetElapsedTime(simulations.Correct.BeganAt, one.Item1.At).TotalMilliseconds >= one.Item2));
        Assert.Equal(Simulations.Schedule.Starts.Count, simulations.Correct.Report.SendDelay!.Count);
    }

    [Fact]
    public void Every_user_has_its_own_connection()
    {
        var requests = Requests;

        // A validation user opens three more for its four concurrent statements.
        Assert.Equal(25 + 1 + 25 + 1 + (5 * 4) + 1 + Simulations.Schedule.Starts.Count,
            simulations.Correct.Bank.Accepted);
        var single = requests.Take(FirstValidation).Concat(requests.Skip(Opening)).ToList();
        Assert.Equal(single.Count, single.DistinctBy(request => request.ConnectionNumber).Count());
    }

    [Fact]
    public void A_validation_user_sends_fourteen_requests_in_order() => Assert.All(
        Enumerable.Range(1, 5),
        clientId =>
        {
            var requests = Requests[FirstValidation..Opening]
                .Where(request => request.ClientId == clientId).ToList();
            string?[] expected =
            [
                "",
                """{"valor": 1, "tipo": "c", "descricao": "toma"}""",
                """{"valor": 1, "tipo": "d", "descricao": "devolve"}""",
                "",
                """{"valor": 1, "tipo": "c", "descricao": "danada"}""",
                "", "", "", "",
                .. s_invalid,
            ];
            Assert.Equal(expected, requests.Select(request => request.Body));
            Assert.All(requests, request => Assert.Equal(request.Body.Length == 0 ? "GET" : "POST", request.Method));
            var own = requests[0].ConnectionNumber;
            Assert.All(requests[..5].Concat(requests[9..]), request => Assert.Equal(own, request.ConnectionNumber));
            var atOnce = requests[5..9].Select(request => request.ConnectionNumber).ToList();
            Assert.Equal(4, atOnce.Distinct().Count());
            Assert.Contains(own, atOnce);
            // All four were in flight together.
            Assert.Contains(clientId, simulations.ConcurrentReaders);
        });

    [Fact]
    public void A_request_matches_the_official_one_byte_for_byte()
    {
        var requests = Requests;

        var host = simulations.Correct.Bank.Url["http://".Length..];
        var common = $"user-agent: Agente do Caos - 2024/Q1\r\naccept: */*\r\nhost: {host}\r\n";
        Assert.All(requests, request => Assert.Equal(
            request.Method == "GET"
                ? $"GET /clientes/{request.ClientId}/extrato HTTP/1.1\r\n{common}"
                : $"POST /clientes/{request.ClientId}/transacoes HTTP/1.1\r\ncontent-type: application/json\r\n"
                    + $"{common}content-length: {request.Body.Length}\r\n",
            request.Head));
    }

    [Fact]
    public void The_load_is_random_within_the_rules()
    {
        var load = Requests.Skip(Opening).ToList();
        var transactions = load.Where(request => request.Method == "POST").ToList();

        Assert.Equal([1, 2, 3, 4, 5], load.Select(request => request.ClientId).Distinct().Order());
        Assert.All(transactions, request => Assert.Matches(LoadBody(), request.Body));
        var amounts = transactions.ConvertAll(request =>
            int.Parse(LoadBody().Match(request.Body).Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.InRange(amounts.Min(), 1, 1_000);
        Assert.InRange(amounts.Max(), 9_000, 10_000);
        Assert.Equal(transactions.Count, transactions.DistinctBy(request => request.Body).Count());
    }

    [Fact]
    public void The_load_may_wait_for_all_validations_and_officially_does_not()
    {
        Assert.Empty(simulations.Waiting.Report.Failures);
        Assert.Equal(122, IndexOfLastInvalid(simulations.Waiting));
        Assert.All(simulations.NotWaiting.Report.Contest!.FailedChecks, check =>
            Assert.Equal("validações", check.Scenario));
        Assert.True(IndexOfLastInvalid(simulations.NotWaiting) > 122);
    }

    [Fact]
    public void A_run_stopped_during_the_validations_sends_no_further_requests()
    {
        var interrupted = simulations.Interrupted;
        var report = interrupted.Report;

        simulations.ReleaseAnswers();
        interrupted.Bank.Dispose();

        Assert.True(report.Interrupted);
        Assert.Equal(Simulations.HangingAfter, interrupted.ServedAtStop);
        Assert.Equal(Simulations.HangingAfter, report.Summary.Requests);
        Assert.Equal([new("validações", "Unanswered", 5)], report.Contest!.FailedChecks);
        Assert.Equal(Simulations.HangingAfter, interrupted.Bank.Served);
    }

    private static int IndexOfLastInvalid(Simulation simulation) =>
        simulation.Bank.Requests.ToList().FindLastIndex(request => s_invalid.Contains(request.Body));

    [GeneratedRegex("""^\{"valor": ([1-9]\d{0,4}), "tipo": "[cd]", "descricao": "[0-9A-Za-z]{10}"\}$""")]
    private static partial Regex LoadBody();
}
