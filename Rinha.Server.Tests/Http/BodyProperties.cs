using FsCheck;
using FsCheck.Xunit;
using Rinha.Server.Http;
using Rinha.Server.Tests.Ledger;

namespace Rinha.Server.Tests.Http;

// Properties of the parser for any text and any bytes.
public sealed class BodyProperties
{
    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 500)]
    public void Any_description_round_trips_however_it_is_escaped(Rune[] runes, bool escaped)
    {
        var text = string.Concat(runes.Select(rune => rune.ToString()));
        var json = escaped
            ? '"' + string.Concat(text.Select(unit => $"\\u{(int)unit:x4}")) + '"'
            : JsonSerializer.Serialize(text);

        var body = Parse("1", "\"c\"", json);

        Assert.Equal(TransactionError.None, body.Error);
        var statement = new Statement();
        statement.Begin(0, 0, default);
        statement.Add(new StatementEntry(1, body.Kind, body.Description, default));
        using var answer = JsonDocument.Parse(
            AnswerBuffer.Current.Write(new StatementResponse(statement), BankJsonContext.Default.StatementResponse));
        Assert.Equal(
            text, answer.RootElement.GetProperty("ultimas_transacoes")[0].GetProperty("descricao").GetString());
    }

    [Property(MaxTest = 500)]
    public void An_amount_is_accepted_if_and_only_if_it_is_in_range(long amount)
    {
        var body = Parse($"{amount}", "\"c\"", "\"x\"");

        var inRange = amount is >= 1 and <= 9_007_199_254_740_991;
        Assert.Equal(inRange ? TransactionError.None : TransactionError.InvalidAmount, body.Error);
        Assert.True(!inRange || body.AmountCents == amount);
    }

    [Property(MaxTest = 500)]
    public void Any_other_kind_is_refused(NonNull<string> kind) => Assert.Equal(
        kind.Get is "c" or "d" ? TransactionError.None : TransactionError.InvalidKind,
        Parse("1", JsonSerializer.Serialize(kind.Get), "\"x\"").Error);

    [Property(MaxTest = 1000)]
    public void Random_bytes_are_refused_without_an_exception(byte[] bytes) =>
        Assert.NotEqual(TransactionError.None, TransactionBody.Parse(bytes).Error);

    [Fact]
    public void No_replaced_byte_makes_the_parser_throw()
    {
        var whole = """{"valor": 1000, "tipo": "d", "descricao": "a\u00e7\ud83d\ude00é"}"""u8.ToArray();
        Assert.Equal(TransactionError.None, TransactionBody.Parse(whole).Error);
        for (var index = 0; index < whole.Length; index++)
        {
            var broken = whole.ToArray();
            for (var value = 0; value <= byte.MaxValue; value++)
            {
                broken[index] = (byte)value;
                var body = TransactionBody.Parse(broken);
                Assert.True(body.Error != TransactionError.None || body.Description.AsUtf8().Length > 0);
            }
        }
    }

    private static TransactionBody Parse(string amount, string kind, string description) => TransactionBody.Parse(
        Encoding.UTF8.GetBytes($$"""{"valor":{{amount}},"tipo":{{kind}},"descricao":{{description}}}"""));
}
