using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

public sealed class ContestScoreTests
{
    private const int Cents = 2;
    private const long OnTimeNs = 1_000_000;
    private const long LateNs = 250_000_000;
    private const string WrongBalance = "jmesPath(saldo.total).find.is(-25), but actually found -24";

    private readonly ContestScore _score = new();

    [Fact]
    public void Without_a_fault_everything_is_paid()
    {
        Pass(61_503);

        AssertScore(onTimeShare: 1, lateFine: 0, inconsistencies: 0, payment: 100_000);
        Assert.Empty(_score.ToReport().FailedChecks);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(249_999_999, true)]
    [InlineData(249_999_000, true)]
    [InlineData(250_000_000, false)]
    [InlineData(250_000_001, false)]
    [InlineData(60_000_000_000, false)]
    public void On_time_is_less_than_250_milliseconds(long latencyNs, bool onTime)
    {
        _score.Pass(latencyNs);

        Assert.Equal(onTime ? 1 : 0, _score.ToReport().OnTimeShare);
    }

    [Theory]
    [InlineData(98, 0.98, 0)]
    [InlineData(99, 0.99, 0)]
    [InlineData(97, 0.97, 1_000)]
    [InlineData(50, 0.5, 48_000)]
    [InlineData(0, 0, 98_000)]
    public void Each_percent_under_98_costs_1000(int onTime, double share, double fine)
    {
        Pass(onTime);
        Pass(100 - onTime, LateNs);

        AssertScore(share, fine, inconsistencies: 0, payment: 100_000 - fine);
    }

    // The share is rounded to two digits before anything else.
    [Theory]
    [InlineData(97_996, 0.98, 0)]
    [InlineData(97_994, 0.9799, 10)]
    [InlineData(97_986, 0.9799, 10)]
    [InlineData(97_984, 0.9798, 20)]
    [InlineData(97_000, 0.97, 1_000)]
    [InlineData(96_123, 0.9612, 1_880)]
    [InlineData(96_127, 0.9613, 1_870)]
    public void Parts_of_a_percent_cost_their_part_to_two_digits(int onTime, double share, double fine)
    {
        Pass(onTime);
        Pass(100_000 - onTime, LateNs);

        AssertScore(share, fine, inconsistencies: 0, payment: 100_000 - fine);
    }

    [Fact]
    public void Failed_requests_are_not_on_time_however_fast()
    {
        Pass(97);
        Fail(3, "status.find.is(200), but actually found 500");

        AssertScore(0.97, 1_000, inconsistencies: 0, payment: 99_000);
    }

    [Theory]
    [InlineData(1, 803.01)]
    [InlineData(3, 2_409.03)]
    [InlineData(7, 5_621.07)]
    public void Each_inconsistency_costs_803_and_a_cent(int count, double fine)
    {
        Pass(10_000);
        Fail(count, WrongBalance);

        AssertScore(Math.Round(10_000.0 / (10_000 + count), 4), 0, count, 100_000 - fine);
    }

    [Theory]
    [InlineData(WrongBalance)]
    [InlineData("jmesPath(saldo.total).find.is(0), but actually found 1")]
    [InlineData("jmesPath(saldo).find.ConsistenciaSaldoLimite - Transação, Limite ultrapassado! -101 < -100")]
    [InlineData("jmesPath(saldo.total).find.ConsistenciaSaldoLimite - Extrato, WTF?! {}")]
    public void These_are_inconsistencies(string message)
    {
        Fail(1, message);

        Assert.Equal(1, _score.ToReport().Inconsistencies);
    }

    [Theory]
    [InlineData("status.find.is(200), but actually found 500")]
    [InlineData("status.find.in(200,422), but actually found 502")]
    [InlineData("jmesPath(saldo.limite).find.is(100000), but actually found 1")]
    [InlineData("jmesPath(ultimas_transacoes[0].descricao).find.is(danada), but actually found toma")]
    [InlineData("ClosedBeforeAnswer")]
    [InlineData("Timeout")]
    public void These_cost_nothing_but_their_share_of_the_98_percent(string message)
    {
        Pass(98);
        Fail(2, message);

        AssertScore(0.98, 0, inconsistencies: 0, payment: 100_000);
    }

    [Fact]
    public void Nobody_has_to_pay_in_addition()
    {
        Fail(1_000, WrongBalance);

        AssertScore(0, 98_000, inconsistencies: 1_000, payment: 0);
    }

    [Fact]
    public void Failed_checks_are_counted_by_scenario_and_message_the_most_frequent_first()
    {
        _score.Fail(Scenario.BalanceAfterDebits, WrongBalance);
        _score.Fail(Scenario.Debits, "Timeout");
        _score.Fail(Scenario.Credits, "Timeout");
        _score.Fail(Scenario.Credits, "Timeout");
        _score.Fail(Scenario.Credits, "Timeout");
        _score.Fail(Scenario.Debits, "Timeout");

        Assert.Equal(
            [
                new FailedCheckReport("créditos", "Timeout", 3),
                new FailedCheckReport("débitos", "Timeout", 2),
                new FailedCheckReport("validação concorrência saldo - -25", WrongBalance, 1),
            ],
            _score.ToReport().FailedChecks);
    }

    private void Pass(int count, long latencyNs = OnTimeNs)
    {
        for (var index = 0; index < count; index++)
        {
            _score.Pass(latencyNs);
        }
    }

    private void Fail(int count, string message)
    {
        for (var index = 0; index < count; index++)
        {
            _score.Fail(Scenario.Validations, message);
        }
    }

    private void AssertScore(double onTimeShare, double lateFine, long inconsistencies, double payment)
    {
        var report = _score.ToReport();
        Assert.Equal(onTimeShare, report.OnTimeShare, precision: 10);
        Assert.Equal(lateFine, report.LateFine, Cents);
        Assert.Equal(inconsistencies, report.Inconsistencies);
        Assert.Equal(inconsistencies * 803.01, report.InconsistencyFine, Cents);
        Assert.Equal(payment, report.Payment, Cents);
    }
}
