using System.Text.Json.Serialization.Metadata;
using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

public sealed class ResponseBytesTests
{
    private static readonly Timestamp s_readAt = new(1_705_458_881_217_753); // 2024-01-17T02:34:41.217753Z

    [Theory]
    [InlineData(100_000, -9098, """{"limite":100000,"saldo":-9098}""")]
    [InlineData(0, 0, """{"limite":0,"saldo":0}""")]
    [InlineData(10_000_000, long.MaxValue, """{"limite":10000000,"saldo":9223372036854775807}""")]
    public void A_transaction_is_answered_with_limit_and_balance(long limit, long balance, string json) =>
        Assert.Equal(
            json, Write(new TransactionResponse(limit, balance), BankJsonContext.Default.TransactionResponse));

    [Fact]
    public void A_statement_without_transactions_has_an_empty_list()
    {
        var statement = new Statement();
        statement.Begin(0, 100_000, s_readAt);

        Assert.Equal(
            """{"saldo":{"total":0,"data_extrato":"2024-01-17T02:34:41.217753Z","limite":100000},"""
            + "\"ultimas_transacoes\":[]}",
            Write(statement));
    }

    [Fact]
    public void A_statement_lists_its_transactions_as_they_come()
    {
        var statement = new Statement();
        statement.Begin(-9098, 100_000, s_readAt);
        statement.Add(Entry(10, TransactionKind.Credit, "descricao", 1_705_458_878_543_030));
        statement.Add(Entry(90_000, TransactionKind.Debit, "x", 0));

        Assert.Equal(
            """{"saldo":{"total":-9098,"data_extrato":"2024-01-17T02:34:41.217753Z","limite":100000},"""
            + "\"ultimas_transacoes\":["
            + """{"valor":10,"tipo":"c","descricao":"descricao","realizada_em":"2024-01-17T02:34:38.543030Z"},"""
            + """{"valor":90000,"tipo":"d","descricao":"x","realizada_em":"1970-01-01T00:00:00.000000Z"}]}""",
            Write(statement));
    }

    [Fact]
    public void A_statement_that_is_filled_again_forgets_the_one_before()
    {
        var statement = new Statement();
        statement.Begin(1, 2, s_readAt);
        statement.Add(Entry(1, TransactionKind.Credit, "old", 0));

        statement.Begin(3, 4, s_readAt);

        Assert.Equal(
            """{"saldo":{"total":3,"data_extrato":"2024-01-17T02:34:41.217753Z","limite":4},"ultimas_transacoes":[]}""",
            Write(statement));
    }

    [Theory]
    [InlineData("a\"b", """a\"b""")]
    [InlineData("a\\b", """a\\b""")]
    [InlineData("a/b", "a/b")]
    [InlineData("<&>'+", "<&>'+")]
    [InlineData("ção", "ção")]
    [InlineData("\n\t", """\n\t""")]
    public void A_description_is_escaped_no_more_than_JSON_demands(string text, string json)
    {
        var statement = new Statement();
        statement.Begin(0, 0, s_readAt);
        statement.Add(Entry(1, TransactionKind.Credit, text, 0));

        Assert.Contains($"\"descricao\":\"{json}\"", Write(statement), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("a\0b")]
    [InlineData("\u0001\u001f\u007f\u0080")]
    [InlineData("💰💸💳🏦💱💲🪙💴💵💶")]
    [InlineData("\u2028\u2029\ufeff\uffff")]
    public void Any_description_is_read_back_as_it_was(string text)
    {
        var statement = new Statement();
        statement.Begin(0, 0, s_readAt);
        statement.Add(Entry(1, TransactionKind.Credit, text, 0));

        using var json = JsonDocument.Parse(Write(statement));
        var entry = json.RootElement.GetProperty("ultimas_transacoes")[0];
        Assert.Equal(text, entry.GetProperty("descricao").GetString());
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000000Z")]
    [InlineData(1, "1970-01-01T00:00:00.000001Z")]
    [InlineData(1_000_000, "1970-01-01T00:00:01.000000Z")]
    [InlineData(1_709_251_199_999_999, "2024-02-29T23:59:59.999999Z")]
    public void A_time_has_six_decimals_always(long microseconds, string text) =>
        Assert.Equal(
            $$"""{"status":"healthy","timestamp":"{{text}}"}""",
            Write(new HealthResponse("healthy", new Timestamp(microseconds)), BankJsonContext.Default.HealthResponse));

    private static string Write(Statement statement) =>
        Write(new StatementResponse(statement), BankJsonContext.Default.StatementResponse);

    private static string Write<T>(T value, JsonTypeInfo<T> type) =>
        Encoding.UTF8.GetString(AnswerBuffer.Current.Write(value, type).Span);

    private static StatementEntry Entry(long amount, TransactionKind kind, string text, long microseconds) =>
        new(amount, kind, LedgerExtensions.Describe(text), new Timestamp(microseconds));
}
