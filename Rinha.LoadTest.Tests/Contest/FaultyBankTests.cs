namespace Rinha.LoadTest.Tests.Contest;

/// <summary>The simulation against banks that are wrong in one way each: what it finds, and what it costs.</summary>
[Collection(Simulations.Name)]
public sealed class FaultyBankTests(Simulations simulations)
{
    private const string Validations = "validações";
    private const string AfterDebits = "validação concorrência saldo - -25";
    private const string AfterCredits = "validação concorrência saldo - 0";
    private const string Balance = "jmesPath(saldo.total).find.is";
    private const string First = "jmesPath(ultimas_transacoes[0].descricao).find.is";
    private const string Second = "jmesPath(ultimas_transacoes[1].descricao).find.is";

    [Fact]
    public void A_lost_update_costs_three_inconsistencies() => AssertFound(
        nameof(Faults.LosesUpdates),
        inconsistencies: 3,
        (AfterDebits, $"{Balance}(-25), but actually found -24", 1),
        (AfterCredits, $"{Balance}(0), but actually found 1", 1),
        (Validations, $"{Balance}(0), but actually found 1", 1));

    [Fact]
    public void A_stale_read_costs_two_inconsistencies_and_is_seen_ten_times_more() => AssertFound(
        nameof(Faults.ReadsStale),
        inconsistencies: 2,
        (AfterDebits, $"{Balance}(-25), but actually found -24", 1),
        (AfterCredits, $"{Balance}(0), but actually found -1", 1),
        (Validations, $"{First}(devolve), but actually found toma", 5),
        (Validations, $"{First}(danada), but actually found devolve", 5));

    [Fact]
    public void Invalid_transactions_that_are_accepted_are_seen_but_cost_no_inconsistency() => AssertFound(
        nameof(Faults.AcceptsAnything),
        inconsistencies: 0,
        (Validations, "status.find.in(422,400), but actually found 200", 25));

    [Fact]
    public void Refused_credits_are_seen_and_spoil_the_balances()
    {
        var report = simulations.Faulty[nameof(Faults.RefusesCredits)].Report;
        var credits = report.Operations.Single(operation => operation.Name == "créditos").Failed;

        AssertFound(
            nameof(Faults.RefusesCredits),
            inconsistencies: 2,
            ("validação concorrência transações - c", "status.find.is(200), but actually found 422", 25),
            (AfterCredits, $"{Balance}(0), but actually found -25", 1),
            (Validations, $"{Balance}(0), but actually found -25", 1),
            (Validations, "status.find.is(200), but actually found 422", 10),
            (Validations, $"{Second}(toma), but actually found nothing", 4),
            (Validations, $"{Second}(toma), but actually found validacao", 1),
            ("créditos", "status.find.is(200), but actually found 422", credits));

        // The four statements after the fifth transaction are left out when it fails.
        var validations = report.Operations.Single(operation => operation.Name == Validations);
        Assert.Equal(50, validations.Completed + validations.Failed);
        Assert.True(credits > 0);
    }

    [Fact]
    public void A_client_that_should_not_exist_is_seen() => AssertFound(
        nameof(Faults.KnowsEverybody),
        inconsistencies: 0,
        ("validação HTTP 404", "status.find.is(404), but actually found 200", 1));

    [Fact]
    public void A_statement_in_the_wrong_order_is_seen() => AssertFound(
        nameof(Faults.ListsOldestFirst),
        inconsistencies: 0,
        (Validations, $"{First}(devolve), but actually found toma", 4),
        (Validations, $"{First}(devolve), but actually found validacao", 1),
        (Validations, $"{First}(danada), but actually found toma", 16),
        (Validations, $"{First}(danada), but actually found validacao", 4));

    [Fact]
    public void Every_answer_with_a_balance_beyond_the_limit_is_an_inconsistency()
    {
        var simulation = simulations.Faulty[nameof(Faults.BreaksLimits)];
        var report = simulation.Report;

        Assert.All(report.Contest!.FailedChecks, check =>
            Assert.Matches(
                @"^jmesPath\(saldo(\.total)?\)\.find\.ConsistenciaSaldoLimite - (Transação|Extrato), "
                    + @"Limite ultrapassado! -\d+ < -\d+$",
                check.Message));
        Assert.InRange(report.Contest.Inconsistencies, 5, 1_000);
        Assert.Equal(simulation.Bank.Ledger.Struck, report.Contest.Inconsistencies);
        Assert.Equal(report.Contest.Inconsistencies, report.Contest.FailedChecks.Sum(check => check.Count));
        AssertFines(report);
    }

    private void AssertFound(
        string fault, long inconsistencies, params (string Scenario, string Message, long Count)[] failedChecks)
    {
        var report = simulations.Faulty[fault].Report;
        Assert.Equal(
            failedChecks.Order(),
            report.Contest!.FailedChecks.Select(check => (check.Scenario, check.Message, check.Count)).Order());
        Assert.Equal(failedChecks.Sum(check => check.Count), report.Summary.Failed);
        Assert.Equal(inconsistencies, report.Contest.Inconsistencies);
        AssertFines(report);
    }

    private static void AssertFines(RunReport report)
    {
        var contest = report.Contest!;
        var passed = (double)report.Summary.Completed / report.Summary.Requests;
        Assert.InRange(contest.OnTimeShare, 0.1, passed + 0.00005);
        Assert.Equal(Math.Max(0, 98_000 - (contest.OnTimeShare * 100_000)), contest.LateFine, precision: 2);
        Assert.Equal(contest.Inconsistencies * 803.01, contest.InconsistencyFine, precision: 2);
        Assert.Equal(
            Math.Max(0, 100_000 - contest.LateFine - contest.InconsistencyFine), contest.Payment, precision: 2);
    }
}
