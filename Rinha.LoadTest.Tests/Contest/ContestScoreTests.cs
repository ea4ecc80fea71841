using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

public sealed class ContestScoreTests
{
    private const int Cents = 2;
    private const string WrongBalance = "jmesPath(saldo.total).find.is(-25), but actually found -24";

    private readonly ContestScore _score = new();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(249_999_999, 1)]
    [InlineData(250_000_000, 0)]
    [InlineData(60_000_000_000, 0)]
    public void On_time_is_less_than_250_milliseconds(long latencyNs, double share)
    {
        _score.Pass(latencyNs);

        Assert.Equal(share, _score.ToReport().OnTimeShare);
    }

    // The score rounds the share to two digits first.
    [Theory]
    [InlineData(100_000, 1, 0)]
    [InlineData(98_000, 0.98, 0)]
    [InlineData(97_996, 0.98, 0)]
    [InlineData(97_994, 0.9799, 10)]
    [InlineData(97_986, 0.9799, 10)]
    [InlineData(97_984, 0.9798, 20)]
    [InlineData(97_000, 0.97, 1_000)]
    [InlineData(96_127, 0.9613, 1_870)]
    [InlineData(50_000, 0.5, 48_000)]
    [InlineData(0, 0, 98_000)]
    public void Each_percent_below_98_costs_1000_proportionally(int onTime, double share, double fine)
    {
        Repeat(onTime, () => _score.Pass(1_000_000));
        Repeat(100_000 - onTime, () => _score.Pass(250_000_000));

        AssertScore(share, fine, inconsistencies: 0);
        Assert.Empty(_score.ToReport().FailedChecks);
    }

    [Theory]
    [InlineData(true, "jmesPath(saldo.total).find.is(0), but actually found 1")]
    [InlineData(true, "jmesPath(saldo).find.ConsistenciaSaldoLimite - Transação, Limite ultrapassado! -101 < -100")]
    [InlineData(true, "jmesPath(saldo.total).find.ConsistenciaSaldoLimite - Extrato, WTF?! {}")]
    [InlineData(false, "status.find.is(200), but actually found 500")]
    [InlineData(false, "status.find.in(200,422), but actually found 502")]
    [InlineData(false, "jmesPath(saldo.limite).find.is(100000), but actually found 1")]
    [InlineData(false, "jmesPath(ultimas_transacoes[0].descricao).find.is(danada), but actually found toma")]
    [InlineData(false, "Timeout")]
    public void A_failure_counts_as_late_and_a_wrong_balance_as_an_inconsistency(bool isInconsistency, string message)
    {
        Repeat(97, () => _score.Pass(1_000_000));
        Repeat(3, () => _score.Fail(Scenario.Validations, message));

        AssertScore(0.97, 1_000, isInconsistency ? 3 : 0);
    }

    [Fact]
    public void The_payment_is_never_negative()
    {
        Repeat(1_000, () => _score.Fail(Scenario.Validations, WrongBalance));

        AssertScore(0, 98_000, inconsistencies: 1_000);
        Assert.Equal(0, _score.ToReport().Payment);
    }

    [Fact]
    public void Failed_checks_are_grouped_by_scenario_and_message_most_frequent_first()
    {
        _score.Fail(Scenario.BalanceAfterDebits, WrongBalance);
        Repeat(2, () => _score.Fail(Scenario.Debits, "Timeout"));
        Repeat(3, () => _score.Fail(Scenario.Credits, "Timeout"));

        Assert.Equal(
            [
                new FailedCheckReport("créditos", "Timeout", 3),
                new FailedCheckReport("débitos", "Timeout", 2),
                new FailedCheckReport("validação concorrência saldo - -25", WrongBalance, 1),
            ],
            _score.ToReport().FailedChecks);
    }

    private static void Repeat(int count, Action act)
    {
        for (var index = 0; index < count; index++)
        {
            act();
        }
    }

    private void AssertScore(double onTimeShare, double lateFine, long inconsistencies)
    {
        var report = _score.ToReport();
        Assert.Equal(onTimeShare, report.OnTimeShare, precision: 10);
        Assert.Equal(lateFine, report.LateFine, Cents);
        Assert.Equal(inconsistencies, report.Inconsistencies);
        Assert.Equal(inconsistencies * 803.01, report.InconsistencyFine, Cents);
        Assert.Equal(Math.Max(0, 100_000 - lateFine - (inconsistencies * 803.01)), report.Payment, Cents);
    }
}
