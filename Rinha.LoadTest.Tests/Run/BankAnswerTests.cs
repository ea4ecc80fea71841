namespace Rinha.LoadTest.Tests.Run;

public sealed class BankAnswerTests
{
    private const string Receipt = """{"limite":100,"saldo":-100}""";
    private const string Beyond = """{"limite":100,"saldo":-101}""";
    private const string Statement =
        """{"saldo":{"total":-100,"data_extrato":"x","limite":100},"ultimas_transacoes":[]}""";
    private const string StatementBeyond = """{"saldo":{"total":-101,"limite":100},"ultimas_transacoes":[]}""";

    private static string TooDeep => new string('[', 5_000) + new string(']', 5_000);

    [Theory]
    [InlineData(Operation.Debit, 200, Receipt, null)]
    [InlineData(Operation.Credit, 200, Receipt, null)]
    [InlineData(Operation.Statement, 200, Statement, null)]
    [InlineData(Operation.Debit, 422, "anything", null)]
    [InlineData(Operation.Credit, 422, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Statement, 422, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Debit, 400, Receipt, FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Debit, 201, Receipt, FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Credit, 500, Receipt, FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Statement, 503, Statement, FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Debit, 200, Beyond, FailureKind.WrongAnswer)]
    [InlineData(Operation.Credit, 200, Beyond, FailureKind.WrongAnswer)]
    [InlineData(Operation.Statement, 200, StatementBeyond, FailureKind.WrongAnswer)]
    [InlineData(Operation.Credit, 200, Statement, FailureKind.WrongAnswer)]
    [InlineData(Operation.Statement, 200, Receipt, FailureKind.WrongAnswer)]
    public void An_answer_is_judged_by_status_form_and_limit(
        Operation operation, int status, string body, FailureKind? expected) =>
        Assert.Equal(expected, BankAnswer.Judge(operation, new StubAnswer(status, body).ToAnswer()));

    [Theory]
    [InlineData("""{"status":503,"detail":"whatever","type":"/problems/outcome-unknown"}""", true)]
    [InlineData("""{"type":"/problems/storage-failed","detail":"/problems/outcome-unknown"}""", false)]
    [InlineData("""{"type":"/problems/outcome-unknown-yet"}""", false)]
    [InlineData("""{"type":["/problems/outcome-unknown"]}""", false)]
    [InlineData("""{"type":"/problems/outcome-unknown""", false)]
    [InlineData("<html>/problems/outcome-unknown</html>", false)]
    [InlineData("", false)]
    public void The_outcome_is_unknown_only_when_the_type_of_the_problem_says_so(string json, bool isUnknown) =>
        Assert.Equal(isUnknown, BankAnswer.IsOutcomeUnknown(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData(Operation.Debit, " \r\n{ \"saldo\" : -100 , \"limite\" : 100 } \n")]
    [InlineData(
        Operation.Debit,
        """{"mais":{"saldo":1,"limite":2},"limite":100,"outros":[[[[[{"saldo":3}]]]]],"saldo":-100}""")]
    [InlineData(
        Operation.Statement, """{"ultimas_transacoes":[{"saldo":1}],"saldo":{"limite":100,"total":-100}}""")]
    [InlineData(
        Operation.Statement,
        """{"x":{"saldo":{"total":1}},"saldo":{"x":[],"limite":100,"y":{"total":3},"total":-100}}""")]
    public void An_answer_may_have_any_field_order_and_extra_fields(Operation operation, string json) =>
        Assert.Equal((true, 100, -100), Head(operation, json));

    [Fact]
    public void Invalid_transaction_answers_are_rejected() => Assert.All(
        [
            "", "null", "[100,-7]", "<html></html>", """{"limite":100}""", """{"saldo":-7}""",
            """{"Limite":100,"Saldo":-7}""", """{"limite":"100","saldo":-7}""", """{"limite":100,"saldo":-7.5}""",
            """{"limite":100,"saldo":null}""", """{"limite":100,"saldo":{"total":-7}}""",
            """{"limite":9223372036854775808,"saldo":0}""", """{"limite":100,"saldo":-07}""",
            """{"limite":100 "saldo":-7}""", """{"limite":100,"saldo":-7""", """{"limite":100,"saldo":-7,}""",
            """{"limite":100,"saldo":-7}}""", """{"limite":100,"saldo":-7}{"limite":100,"saldo":-7}""",
            """{"limite":100,"saldo":-7,"x":nonsense}""", $$"""{"x":{{TooDeep}},"limite":100,"saldo":-7}""",
        ],
        json => Assert.False(Head(Operation.Credit, json).IsRead, json));

    [Fact]
    public void Invalid_statement_heads_are_rejected() => Assert.All(
        [
            "", "[]", """{"limite":100,"saldo":-7}""", """{"total":-7,"limite":100}""", """{"saldo":{"total":-7}}""",
            """{"saldo":{"limite":100}}""", """{"saldo":{"total":"-7","limite":100}}""",
            """{"saldo":{"total":-7.0,"limite":1e2}}""", """{"saldo":[{"total":-7,"limite":100}]}""",
            """{"x":nonsense,"saldo":{"total":-7,"limite":100}}""",
            """{"saldo":{"total":-7,"limite":100},"ultimas_transacoes":[""",
            $$$"""{"x":{{{TooDeep}}},"saldo":{"total":1,"limite":1}}""",
        ],
        json => Assert.False(Head(Operation.Statement, json).IsRead, json));

    [Fact]
    public void A_statements_list_keeps_its_order()
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

    [Fact]
    public void Invalid_lists_are_rejected()
    {
        const string list = "{\"ultimas_transacoes\":";
        Assert.All(
            [
                "", "{}", "[]", list + "null}", list + "[1]}", $$"""{"x":{{TooDeep}},"ultimas_transacoes":[]}""",
                list + """[{"valor":1,"tipo":"c"}]}""", list + """[{"valor":1,"descricao":"x"}]}""",
                list + """[{"tipo":"c","descricao":"x"}]}""",
                list + """[{"valor":"1","tipo":"c","descricao":"x"}]}""",
                list + """[{"valor":1.5,"tipo":"c","descricao":"x"}]}""",
                list + """[{"valor":1,"tipo":2,"descricao":"x"}]}""",
                list + """[{"valor":1,"tipo":"c","descricao":null}]}""",
                list + """[{"valor":1,"tipo":"c","descricao":"x"}""",
            ],
            json => Assert.Null(Entries(json)));
        byte[] notUtf8 =
            [.. "{\"ultimas_transacoes\":[{\"valor\":1,\"tipo\":\"c\",\"descricao\":\""u8, 0xff, .. "\"}]}"u8];
        Assert.False(BankAnswer.TryReadEntries(notUtf8, []));
    }

    private static (bool IsRead, long LimitCents, long BalanceCents) Head(Operation operation, string json) =>
        (BankAnswer.TryRead(operation, Encoding.UTF8.GetBytes(json), out var limit, out var balance), limit, balance);

    private static List<StatementLine>? Entries(string json)
    {
        var entries = new List<StatementLine>();
        return BankAnswer.TryReadEntries(Encoding.UTF8.GetBytes(json), entries) ? entries : null;
    }
}
