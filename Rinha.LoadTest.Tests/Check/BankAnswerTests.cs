namespace Rinha.LoadTest.Tests.Check;

public sealed class BankAnswerTests
{
    private const string Statement =
        """{"saldo":{"total":-7,"data_extrato":"x","limite":100},"ultimas_transacoes":[]}""";

    private static string Deep => new string('[', 50) + new string(']', 50);

    private static string TooDeep => new string('[', 5_000) + new string(']', 5_000);

    [Theory]
    [InlineData("""{"limite": 100, "saldo": -7}""")]
    [InlineData("""{"saldo":-7,"limite":100}""")]
    [InlineData(" \r\n{ \"saldo\" : -7 , \"limite\" : 100 } \n")]
    [InlineData("""{"id":1,"limite":100,"nome":"x","saldo":-7,"mais":{"saldo":1,"limite":[2]}}""")]
    [InlineData("""{"mais":{"saldo":1,"limite":2},"limite":100,"outros":[{"saldo":3}],"saldo":-7}""")]
    [InlineData("""{"limite":100,"saldo":-7}""")]
    public void A_transactions_answer_is_read_in_any_order_and_company(string json) =>
        Assert.Equal((true, 100, -7), Transaction(json));

    [Theory]
    [InlineData("""{"status":503,"detail":"whether it was posted is not known: see the statement"}""", true)]
    [InlineData("""{"status":503,"detail":"nothing was changed"}""", false)]
    [InlineData("""{"status":503,"title":"it is not known"}""", false)]
    [InlineData("""{"status":503,"detail":["it is not known"]}""", false)]
    [InlineData("""{"detail":"it is not known""", false)]
    [InlineData("<html>it is not known</html>", false)]
    [InlineData("", false)]
    public void A_problem_leaves_open_what_became_of_a_transaction_only_when_its_detail_says_so(
        string json, bool leavesOpen) =>
        Assert.Equal(leavesOpen, BankAnswer.LeavesOpen(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Unknown_fields_may_be_deep() =>
        Assert.Equal((true, 100, -7), Transaction($$"""{"x":{{Deep}},"limite":100,"saldo":-7}"""));

    [Fact]
    public void Numbers_may_be_as_long_as_they_like_and_no_longer()
    {
        Assert.Equal(
            (true, long.MaxValue, long.MinValue),
            Transaction($$"""{"limite":{{long.MaxValue}},"saldo":{{long.MinValue}}}"""));
        Assert.False(Transaction("""{"limite":9223372036854775808,"saldo":0}""").Read);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("\"saldo\"")]
    [InlineData("[]")]
    [InlineData("[100,-7]")]
    [InlineData("{}")]
    [InlineData("""{"limite":100}""")]
    [InlineData("""{"saldo":-7}""")]
    [InlineData("""{"Limite":100,"Saldo":-7}""")]
    [InlineData("""{"limite":"100","saldo":-7}""")]
    [InlineData("""{"limite":100,"saldo":"-7"}""")]
    [InlineData("""{"limite":100,"saldo":-7.5}""")]
    [InlineData("""{"limite":100.5,"saldo":-7}""")]
    [InlineData("""{"limite":100,"saldo":null}""")]
    [InlineData("""{"limite":100,"saldo":{"total":-7}}""")]
    [InlineData("""{"limite":100,"saldo":[-7]}""")]
    [InlineData("""{"limite":100,"saldo":true}""")]
    [InlineData("""{"limite":100,"saldo":+7}""")]
    [InlineData("""{"limite":100,"saldo":-07}""")]
    [InlineData("""{"limite":100,saldo:-7}""")]
    [InlineData("""{'limite':100,'saldo':-7}""")]
    [InlineData("""{"limite":100 "saldo":-7}""")]
    [InlineData("""{"limite":100,"saldo":""")]
    [InlineData("""{"limite":100,"sal""")]
    [InlineData("""{"x":[,"limite":100,"saldo":-7}""")]
    [InlineData("<html></html>")]
    [InlineData("OK")]
    public void Anything_else_is_no_transactions_answer(string json) => Assert.False(Transaction(json).Read);

    [Theory]
    [InlineData("""{"limite":100,"saldo":-7""")]
    [InlineData("""{"limite":100,"saldo":-7,""")]
    [InlineData("""{"limite":100,"saldo":-7]""")]
    [InlineData("""{"limite":100,"saldo":-7,}""")]
    [InlineData("""{"limite":100,"saldo":-7}}""")]
    [InlineData("""{"limite":100,"saldo":-7}{"limite":100,"saldo":-7}""")]
    [InlineData("""{"limite":100,"saldo":-7,"x":nonsense}""")]
    public void What_is_no_json_to_its_end_is_no_answer(string json) => Assert.False(Transaction(json).Read);

    [Fact]
    public void Nothing_is_too_deep_to_be_refused()
    {
        Assert.False(Transaction($$"""{"x":{{TooDeep}},"limite":100,"saldo":-7}""").Read);
        Assert.False(Transaction(TooDeep).Read);
        Assert.False(Head($$$"""{"x":{{{TooDeep}}},"saldo":{"total":-7,"limite":100}}""").Read);
        Assert.Null(Entries($$"""{"x":{{TooDeep}},"ultimas_transacoes":[]}"""));
        Assert.Null(Entries($$"""{"ultimas_transacoes":{{TooDeep}}}"""));
    }

    [Theory]
    [InlineData(Statement)]
    [InlineData("""{"ultimas_transacoes":[{"saldo":1}],"saldo":{"limite":100,"total":-7}}""")]
    [InlineData("""{"x":{"saldo":{"total":1,"limite":2}},"saldo":{"x":[],"limite":100,"y":{"total":3},"total":-7}}""")]
    public void A_statements_head_is_read_in_any_order_and_company(string json) =>
        Assert.Equal((true, 100, -7), Head(json));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"limite":100,"saldo":-7}""")]
    [InlineData("""{"total":-7,"limite":100}""")]
    [InlineData("""{"saldo":{"total":-7}}""")]
    [InlineData("""{"saldo":{"limite":100}}""")]
    [InlineData("""{"saldo":{"total":"-7","limite":100}}""")]
    [InlineData("""{"saldo":{"total":-7,"limite":"100"}}""")]
    [InlineData("""{"saldo":{"total":-7.0,"limite":1e2}}""")]
    [InlineData("""{"saldo":[{"total":-7,"limite":100}]}""")]
    [InlineData("""{"saldo":null}""")]
    [InlineData("""{"saldo":{"total":-7,""")]
    [InlineData("""{"x":nonsense,"saldo":{"total":-7,"limite":100}}""")]
    [InlineData("""{"saldo":{"total":-7,"limite":100},"ultimas_transacoes":[""")]
    [InlineData("""{"saldo":{"total":-7,"limite":100}""")]
    public void Anything_else_is_no_statements_head(string json) => Assert.False(Head(json).Read);

    [Fact]
    public void A_statements_list_is_read_in_its_order()
    {
        var json = """
            {"saldo":{"total":0,"limite":1,"ultimas_transacoes":[1]},"ultimas_transacoes":[
              {"valor":10,"tipo":"c","descricao":"um","realizada_em":"x"},
              {"mais":{"valor":[1]},"descricao":"d\u0065\"is","realizada_em":null,"tipo":"d","valor":20}
            ],"mais":0}
            """;

        Assert.Equal([new StatementLine(10, "c", "um"), new StatementLine(20, "d", "de\"is")], Entries(json));
        Assert.Equal([], Entries(Statement));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"ultimas_transacoes":null}""")]
    [InlineData("""{"ultimas_transacoes":{}}""")]
    [InlineData("""{"ultimas_transacoes":[1]}""")]
    [InlineData("""{"ultimas_transacoes":[null]}""")]
    [InlineData("""{"ultimas_transacoes":[[]]}""")]
    [InlineData("""{"ultimas_transacoes":[{}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":"c"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"descricao":"x"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"tipo":"c","descricao":"x"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":"1","tipo":"c","descricao":"x"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1.5,"tipo":"c","descricao":"x"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":null,"tipo":"c","descricao":"x"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":2,"descricao":"x"}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":"c","descricao":{}}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":"c","descricao":null}]}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":"c","descricao":"x"}""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":"c","descricao":"x"},""")]
    [InlineData("""{"ultimas_transacoes":[{"valor":1,"tipo":"c","descricao":"x"}}""")]
    public void Anything_else_is_no_list(string json) => Assert.Null(Entries(json));

    [Fact]
    public void Bytes_that_are_no_text_are_no_list()
    {
        byte[] json =
            [.. "{\"ultimas_transacoes\":[{\"valor\":1,\"tipo\":\"c\",\"descricao\":\""u8, 0xff, .. "\"}]}"u8];

        Assert.False(BankAnswer.TryReadEntries(json, []));
    }

    private static (bool Read, long LimitCents, long BalanceCents) Transaction(string json) =>
        (BankAnswer.TryReadTransaction(Encoding.UTF8.GetBytes(json), out var limit, out var balance), limit, balance);

    private static (bool Read, long LimitCents, long BalanceCents) Head(string json) =>
        (BankAnswer.TryReadStatementHead(Encoding.UTF8.GetBytes(json), out var limit, out var balance), limit, balance);

    private static List<StatementLine>? Entries(string json)
    {
        var entries = new List<StatementLine>();
        return BankAnswer.TryReadEntries(Encoding.UTF8.GetBytes(json), entries) ? entries : null;
    }
}
