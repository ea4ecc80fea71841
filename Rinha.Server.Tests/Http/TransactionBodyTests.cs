using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

public sealed class TransactionBodyTests
{
    private const string Valid = """{"valor": 1000, "tipo": "d", "descricao": "a\u00e7\ud83d\ude00é"}""";

    [Theory]
    [MemberData(nameof(Bodies.Accepted), MemberType = typeof(Bodies))]
    public void A_usable_body_gives_its_exact_values(string json, long amountCents, string kind, string description)
    {
        var body = Parse(json);

        Assert.Equal(TransactionError.None, body.Error);
        Assert.Equal(amountCents, body.AmountCents);
        Assert.Equal(kind == "c" ? TransactionKind.Credit : TransactionKind.Debit, body.Kind);
        Assert.Equal(description, Encoding.UTF8.GetString(body.Description.AsUtf8()));
    }

    [Theory]
    [MemberData(nameof(Bodies.Refused), MemberType = typeof(Bodies))]
    public void An_unusable_body_is_refused_for_the_right_reason(string json, string error) =>
        Assert.Equal(error, Parse(json).Error.ToString());

    [Theory]
    [MemberData(nameof(Bodies.LoneSurrogates), MemberType = typeof(Bodies))]
    public void A_lone_surrogate_is_refused(string json) => Assert.NotEqual(TransactionError.None, Parse(json).Error);

    [Theory]
    [MemberData(nameof(Bodies.NotUtf8), MemberType = typeof(Bodies))]
    public void Bytes_that_are_not_UTF8_are_malformed_wherever_they_stand(string hex)
    {
        Assert.Equal(
            TransactionError.Malformed, TransactionBody.Parse(Bodies.WithDescriptionBytes(hex)).Error);

        byte[] inUnknownField =
        [
            .. """{"valor":1,"tipo":"c","descricao":"x","outro":" """u8[..^1],
            .. Convert.FromHexString(hex),
            .. "\"}"u8,
        ];
        Assert.Equal(TransactionError.Malformed, TransactionBody.Parse(inUnknownField).Error);
    }

    [Fact]
    public void Every_beginning_of_a_body_is_malformed()
    {
        var whole = Encoding.UTF8.GetBytes(Valid);
        Assert.Equal(TransactionError.None, TransactionBody.Parse(whole).Error);

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Equal(TransactionError.Malformed, TransactionBody.Parse(whole.AsSpan(0, length)).Error);
        }
    }

    [Fact]
    public void Every_end_of_a_body_is_malformed()
    {
        var whole = Encoding.UTF8.GetBytes(Valid);

        for (var start = 1; start < whole.Length; start++)
        {
            Assert.Equal(TransactionError.Malformed, TransactionBody.Parse(whole.AsSpan(start)).Error);
        }
    }

    [Fact]
    public void No_byte_put_in_the_place_of_another_makes_the_parser_throw()
    {
        var whole = Encoding.UTF8.GetBytes(Valid);

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

    [Theory]
    [InlineData("""{"valor":"x","tipo":"x","tipo":"x"}""", nameof(TransactionError.DuplicateField))]
    [InlineData("""{"valor":"x","tipo":"x"}""", nameof(TransactionError.MissingField))]
    [InlineData("""{"descricao":"","tipo":"x","valor":0}""", nameof(TransactionError.InvalidAmount))]
    [InlineData("""{"descricao":"","tipo":"x","valor":1}""", nameof(TransactionError.InvalidKind))]
    public void Of_several_errors_the_first_by_precedence_is_told(string json, string error) =>
        Assert.Equal(error, Parse(json).Error.ToString());

    private static TransactionBody Parse(string json) => TransactionBody.Parse(Encoding.UTF8.GetBytes(json));
}
