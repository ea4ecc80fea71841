using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

/// <summary>The checks of the official simulation and its words for what they find.</summary>
public sealed class ExpectationTests
{
    private const string Receipt = """{"limite": 100, "saldo": -100}""";
    private const string Statement =
        """
        {"saldo":{"total":-100,"limite":100},"ultimas_transacoes":[
          {"valor":1,"tipo":"d","descricao":"devolve"},{"valor":1,"tipo":"c","descricao":"toma"}]}
        """;

    private const string Transaction = "jmesPath(saldo).find.ConsistenciaSaldoLimite - Transação, ";
    private const string Extract = "jmesPath(saldo.total).find.ConsistenciaSaldoLimite - Extrato, ";

    [Theory]
    [InlineData(200, null)]
    [InlineData(422, "status.find.is(200), but actually found 422")]
    [InlineData(502, "status.find.is(200), but actually found 502")]
    public void One_status(int status, string? message) =>
        Assert.Equal(message, new Expectation(Answers.Of(status, "")).Status(200));

    [Theory]
    [InlineData(422, null)]
    [InlineData(400, null)]
    [InlineData(200, "status.find.in(422,400), but actually found 200")]
    public void Two_statuses(int status, string? message) =>
        Assert.Equal(message, new Expectation(Answers.Of(status, "")).Status(422, 400));

    [Theory]
    [InlineData(Receipt, null)]
    [InlineData("""{"limite": 100, "saldo": -101}""", Transaction + "Limite ultrapassado! -101 < -100")]
    [InlineData("""{"limite": 0, "saldo": -1}""", Transaction + "Limite ultrapassado! -1 < -0")]
    [InlineData("""{"saldo": -1}""", Transaction + """WTF?! {"saldo": -1}""")]
    [InlineData("", Transaction + "WTF?! ")]
    public void A_transaction_within_its_limit(string body, string? message) =>
        Assert.Equal(message, new Expectation(Answers.Of(200, body)).ConsistentTransaction());

    [Theory]
    [InlineData(Statement, null)]
    [InlineData("""{"saldo":{"total":-101,"limite":100}}""", Extract + "Limite ultrapassado! -101 < -100")]
    [InlineData("""{"saldo":{"total":-101}}""", Extract + """WTF?! {"saldo":{"total":-101}}""")]
    [InlineData(Receipt, Extract + "WTF?! " + Receipt)]
    public void A_statement_within_its_limit(string body, string? message) =>
        Assert.Equal(message, new Expectation(Answers.Of(200, body)).ConsistentStatement());

    [Fact]
    public void A_long_answer_is_quoted_in_part() => Assert.Equal(
        Transaction + "WTF?! " + new string('x', 100),
        new Expectation(Answers.Of(200, new string('x', 5_000))).ConsistentTransaction());

    [Theory]
    [InlineData(-100, null)]
    [InlineData(-25, "jmesPath(saldo.total).find.is(-25), but actually found -100")]
    [InlineData(0, "jmesPath(saldo.total).find.is(0), but actually found -100")]
    public void A_balance(long balanceCents, string? message) =>
        Assert.Equal(message, new Expectation(Answers.Of(200, Statement)).Balance(balanceCents));

    [Theory]
    [InlineData(0)]
    [InlineData(-25)]
    public void A_balance_that_is_not_there_is_a_wrong_one(long balanceCents) => Assert.StartsWith(
        $"jmesPath(saldo.total).find.is({balanceCents})",
        new Expectation(Answers.Of(200, "{}")).Balance(balanceCents),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(100, null)]
    [InlineData(80_000, "jmesPath(saldo.limite).find.is(80000), but actually found 100")]
    public void A_limit(long limitCents, string? message) =>
        Assert.Equal(message, new Expectation(Answers.Of(200, Statement)).Limit(limitCents));

    [Fact]
    public void The_newest_transactions_in_their_order()
    {
        var expectation = new Expectation(Answers.Of(200, Statement));

        Assert.Null(expectation.Newest());
        Assert.Null(expectation.Newest(("devolve", "d")));
        Assert.Null(expectation.Newest(("devolve", "d"), ("toma", "c")));
        Assert.Equal(
            "jmesPath(ultimas_transacoes[0].descricao).find.is(danada), but actually found devolve",
            expectation.Newest(("danada", "c"), ("devolve", "d")));
        Assert.Equal(
            "jmesPath(ultimas_transacoes[2].descricao).find.is(x), but actually found nothing",
            expectation.Newest(("devolve", "d"), ("toma", "c"), ("x", "c")));
        Assert.NotNull(expectation.Newest(("devolve", "c")));
    }

    [Theory]
    [InlineData("""{"ultimas_transacoes":[{"valor":2,"tipo":"d","descricao":"devolve"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":"c","descricao":"devolve"}]}""")]
    [InlineData("""{"ultimas_transacoes":[]}""")]
    [InlineData("""{"saldo":{"total":0,"limite":1}}""")]
    public void Amount_and_kind_count_as_well_as_the_text(string body) =>
        Assert.NotNull(new Expectation(Answers.Of(200, body)).Newest(("devolve", "d")));
}
