namespace Rinha.LoadTest.Tests.Check;

public sealed class AnswerJudgeTests
{
    private const string Receipt = """{"limite": 100, "saldo": -100}""";
    private const string Beyond = """{"limite": 100, "saldo": -101}""";
    private const string Statement = """{"saldo":{"total":-100,"limite":100},"ultimas_transacoes":[]}""";
    private const string StatementBeyond = """{"saldo":{"total":-101,"limite":100},"ultimas_transacoes":[]}""";

    [Theory]
    [InlineData(Operation.Debit, 200, Receipt, null)]
    [InlineData(Operation.Credit, 200, Receipt, null)]
    [InlineData(Operation.Statement, 200, Statement, null)]
    [InlineData(Operation.Debit, 422, "", null)]
    [InlineData(Operation.Debit, 422, "anything", null)]
    [InlineData(Operation.Credit, 422, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Statement, 422, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Debit, 400, Receipt, FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Debit, 201, Receipt, FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Credit, 404, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Credit, 500, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Statement, 304, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Statement, 503, "", FailureKind.UnexpectedStatus)]
    [InlineData(Operation.Debit, 200, Beyond, FailureKind.WrongAnswer)]
    [InlineData(Operation.Credit, 200, Beyond, FailureKind.WrongAnswer)]
    [InlineData(Operation.Statement, 200, StatementBeyond, FailureKind.WrongAnswer)]
    [InlineData(Operation.Debit, 200, "", FailureKind.WrongAnswer)]
    [InlineData(Operation.Credit, 200, Statement, FailureKind.WrongAnswer)]
    [InlineData(Operation.Statement, 200, Receipt, FailureKind.WrongAnswer)]
    [InlineData(Operation.Statement, 200, "{}", FailureKind.WrongAnswer)]
    public void An_answer_is_judged_by_status_form_and_limit(
        Operation operation, int status, string body, FailureKind? expected) =>
        Assert.Equal(expected, AnswerJudge.Judge(operation, Answers.Of(status, body)));

    [Fact]
    public void A_bad_answer_is_quoted_but_not_at_length()
    {
        Assert.Equal("Debit: 500 oh", AnswerJudge.Describe(Operation.Debit, 500, "oh"u8));
        Assert.Equal(
            "Statement: 200 " + new string('x', 200),
            AnswerJudge.Describe(Operation.Statement, 200, new byte[10_000].Select(_ => (byte)'x').ToArray()));
    }
}
