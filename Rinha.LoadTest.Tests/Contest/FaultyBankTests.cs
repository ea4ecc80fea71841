namespace Rinha.LoadTest.Tests.Contest;

// The simulation against banks with one fault each: what it finds, and what that costs.
[Collection(Simulations.Name)]
public sealed class FaultyBankTests(Simulations simulations)
{
    private const string Validations = "validações";
    private const string Balance = "jmesPath(saldo.total).find.is";
    private const string First = "jmesPath(ultimas_transacoes[0].descricao).find.is";
    private const string Second = "jmesPath(ultimas_transacoes[1].descricao).find.is";

    // The failed checks before the load, and how many are inconsistencies.
    private static readonly Dictionary<string, (int Inconsistencies, (string, string, long)[] FailedChecks)> s_faults =
        new()
        {
            [nameof(Faults.LosesUpdates)] = (3,
            [
                ("validação concorrência saldo - -25", $"{Balance}(-25), but actually found -24", 1),
                ("validação concorrência saldo - 0", $"{Balance}(0), but actually found 1", 1),
                (Validations, $"{Balance}(0), but actually found 1", 1),
            ]),
            [nameof(Faults.ReadsStale)] = (2,
            [
                ("validação concorrência saldo - -25", $"{Balance}(-25), but actually found -24", 1),
                ("validação concorrência saldo - 0", $"{Balance}(0), but actually found -1", 1),
                (Validations, $"{First}(devolve), but actually found toma", 5),
                (Validations, $"{First}(danada), but actually found devolve", 5),
            ]),
            [nameof(Faults.AcceptsAnything)] =
                (0, [(Validations, "status.find.in(422,400), but actually found 200", 25)]),
            [nameof(Faults.KnowsUnknownClients)] =
                (0, [("validação HTTP 404", "status.find.is(404), but actually found 200", 1)]),
            [nameof(Faults.ListsOldestFirst)] = (0,
            [
                (Validations, $"{First}(devolve), but actually found toma", 4),
                (Validations, $"{First}(devolve), but actually found validacao", 1),
                (Validations, $"{First}(danada), but actually found toma", 16),
                (Validations, $"{First}(danada), but actually found validacao", 4),
            ]),
            // If the fifth transaction fails, the simulation skips the four statements after it.
            [nameof(Faults.RefusesCredits)] = (2,
            [
                ("validação concorrência transações - c", "status.find.is(200), but actually found 422", 25),
                ("validação concorrência saldo - 0", $"{Balance}(0), but actually found -25", 1),
                (Validations, $"{Balance}(0), but actually found -25", 1),
                (Validations, "status.find.is(200), but actually found 422", 10),
                (Validations, $"{Second}(toma), but actually found nothing", 4),
                (Validations, $"{Second}(toma), but actually found validacao", 1),
            ]),
        };

    public static TheoryData<string> Names => [.. s_faults.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_fault_is_found_and_fined_like_in_the_contest(string fault)
    {
        var (inconsistencies, expected) = s_faults[fault];
        var report = simulations.Faulty[fault].Report;
        var failed = report.Contest!.FailedChecks;

        Assert.Equal(
            expected.Order(),
            failed.Where(check => check.Scenario != "créditos")
                .Select(check => (check.Scenario, check.Message, check.Count)).Order());
        Assert.Equal(fault == nameof(Faults.RefusesCredits), failed.Any(check => check.Scenario == "créditos"));
        Assert.Equal(failed.Sum(check => check.Count), report.Summary.Failed);
        Assert.Equal(inconsistencies, report.Contest.Inconsistencies);
        var validations = report.Operations.Single(operation => operation.Name == Validations);
        Assert.Equal(
            fault == nameof(Faults.RefusesCredits) ? 50 : 70, validations.Completed + validations.Failed);
        AssertFines(report);
    }

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
        Assert.Equal(simulation.Bank.Ledger.Injected, report.Contest.Inconsistencies);
        Assert.Equal(report.Contest.Inconsistencies, report.Contest.FailedChecks.Sum(check => check.Count));
        AssertFines(report);
    }

    private static void AssertFines(RunReport report)
    {
        var contest = report.Contest!;
        var passed = (double)report.Summary.Completed / report.Summary.Requests;
        Assert.InRange(contest.OnTimeShare, 0, passed + 0.00005);
        Assert.Equal(Math.Max(0, 98_000 - (contest.OnTimeShare * 100_000)), contest.LateFine, precision: 2);
        Assert.Equal(contest.Inconsistencies * 803.01, contest.InconsistencyFine, precision: 2);
        Assert.Equal(
            Math.Max(0, 100_000 - contest.LateFine - contest.InconsistencyFine), contest.Payment, precision: 2);
    }
}
