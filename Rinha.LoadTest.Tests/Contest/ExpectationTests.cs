using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

// The official simulation's checks and messages.
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

    [Fact]
    public void Status_balance_and_limit_are_checked()
    {
        Assert.Null(Of(200, "").HasStatus(200));
        Assert.Null(Of(400, "").HasStatus(422, 400));
        Assert.Equal("status.find.is(200), but actually found 502", Of(502, "").HasStatus(200));
        Assert.Equal("status.find.in(422,400), but actually found 200", Of(200, "").HasStatus(422, 400));
        Assert.Null(Of(200, Statement).HasBalance(-100));
        Assert.Equal(
            "jmesPath(saldo.total).find.is(-25), but actually found -100", Of(200, Statement).HasBalance(-25));
        Assert.Equal("jmesPath(saldo.total).find.is(0), but actually found 0", Of(200, "{}").HasBalance(0));
        Assert.Null(Of(200, Statement).HasLimit(100));
        Assert.Equal(
            "jmesPath(saldo.limite).find.is(80000), but actually found 100", Of(200, Statement).HasLimit(80_000));
    }

    [Theory]
    [InlineData(Receipt, null)]
    [InlineData("""{"limite": 100, "saldo": -101}""", Transaction + "Limite ultrapassado! -101 < -100")]
    [InlineData("""{"limite": 0, "saldo": -1}""", Transaction + "Limite ultrapassado! -1 < -0")]
    [InlineData("""{"saldo": -1}""", Transaction + """WTF?! {"saldo": -1}""")]
    [InlineData("", Transaction + "WTF?! ")]
    public void A_transaction_must_stay_within_its_limit(string body, string? message) =>
        Assert.Equal(message, Of(200, body).IsConsistentTransaction());

    [Theory]
    [InlineData(Statement, null)]
    [InlineData("""{"saldo":{"total":-101,"limite":100}}""", Extract + "Limite ultrapassado! -101 < -100")]
    [InlineData("""{"saldo":{"total":-101}}""", Extract + """WTF?! {"saldo":{"total":-101}}""")]
    public void A_statement_must_stay_within_its_limit(string body, string? message) =>
        Assert.Equal(message, Of(200, body).IsConsistentStatement());

    [Fact]
    public void The_newest_transactions_must_be_in_order()
    {
        Assert.Null(Of(200, Statement).HasNewest(("devolve", "d")));
        Assert.Null(Of(200, Statement).HasNewest(("devolve", "d"), ("toma", "c")));
        Assert.Equal(
            "jmesPath(ultimas_transacoes[0].descricao).find.is(danada), but actually found devolve",
            Of(200, Statement).HasNewest(("danada", "c"), ("devolve", "d")));
        Assert.Equal(
            "jmesPath(ultimas_transacoes[2].descricao).find.is(x), but actually found nothing",
            Of(200, Statement).HasNewest(("devolve", "d"), ("toma", "c"), ("x", "c")));
        Assert.NotNull(Of(200, Statement).HasNewest(("devolve", "c")));
        Assert.NotNull(Of(200, Statement.Replace("\"valor\":1", "\"valor\":2")).HasNewest(("devolve", "d")));
        Assert.NotNull(Of(200, """{"saldo":{"total":0,"limite":1}}""").HasNewest(("devolve", "d")));
    }

    private static Answer Of(int status, string body) => new StubAnswer(status, body).ToAnswer();
}
