using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

public abstract class TransactionTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    [Fact]
    public void An_accepted_transaction_is_answered_with_limit_and_balance()
    {
        Assert.Equal("""{"limite":100000,"saldo":1000}""", Bank.Post(1, 1000, 'c', "a").AssertOk().Text);
        Assert.Equal("""{"limite":100000,"saldo":-1}""", Bank.Post(1, 1001, 'd', "b").AssertOk().Text);
        Assert.Equal("""{"limite":10000000,"saldo":7}""", Bank.Post(4, 7, 'c', "c").AssertOk().Text);
    }

    [Fact]
    public void A_statement_shows_what_was_posted_newest_first_and_escapes_no_more_than_JSON_demands()
    {
        Bank.Post(1, 1, 'c', "toma").AssertOk();
        Bank.Post(1, 2, 'd', "ç\"\\/<&>'\n\t").AssertOk();

        const string time = @"""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z""";
        Assert.Matches(
            $$"""^{"saldo":{"total":-1,"data_extrato":{{time}},"limite":100000},"ultimas_transacoes":\["""
            + """{"valor":2,"tipo":"d","descricao":"ç\\"\\\\/<&>'\\n\\t","realizada_em":"""
            + $$"""{{time}}},{"valor":1,"tipo":"c","descricao":"toma","realizada_em":{{time}}}\]}$""",
            Bank.Get("/clientes/1/extrato").AssertOk().Text);
    }

    [Fact]
    public void Times_are_in_UTC()
    {
        Bank.Post(1, 1, 'c', "x").AssertOk();

        var statement = Bank.Statement(1);

        JsonElement[] times =
        [
            statement.GetProperty("saldo").GetProperty("data_extrato"),
            statement.GetProperty("ultimas_transacoes")[0].GetProperty("realizada_em"),
        ];
        Assert.All(times, time => Assert.InRange(
            time.GetDateTimeOffset(), DateTimeOffset.UtcNow.AddSeconds(-20), DateTimeOffset.UtcNow.AddSeconds(1)));
    }

    [Fact]
    public void A_debit_down_to_the_limit_is_200_and_beyond_it_422_without_a_trace()
    {
        foreach (var (id, limit) in SeedAccounts.LimitsCents)
        {
            Bank.Post(id, limit + 1, 'd', "refused").AssertProblem(422);
            var answer = Bank.Post(id, limit, 'd', "taken").AssertOk().Text;
            Assert.Equal($$"""{"limite":{{limit}},"saldo":{{-limit}}}""", answer);
            Bank.Post(id, 1, 'd', "refused").AssertProblem(422, "limit-exceeded");

            Assert.Equal(["taken"], Bank.Statement(id).Descriptions());
            Assert.Equal(-limit, Bank.Statement(id).Balance());
        }
    }

    [Fact]
    public void A_credit_beyond_64_bits_is_422()
    {
        for (var count = 0; count < 1024; count++)
        {
            Bank.Post(1, Limits.AmountCentsMax, 'c', "x").AssertOk();
        }

        Assert.Equal(long.MaxValue - 1023, Bank.Statement(1).Balance());
        Bank.Post(1, 1024, 'c', "x").AssertProblem(422, "balance-overflow");
        Assert.Equal(long.MaxValue, Bank.Post(1, 1023, 'c', "x").AssertOk().Json.GetProperty("saldo").GetInt64());
        Bank.Post(1, 1, 'c', "x").AssertProblem(422);
        Assert.Equal(long.MaxValue, Bank.Statement(1).Balance());
    }

    [Theory]
    [MemberData(nameof(Bodies.Accepted), MemberType = typeof(Bodies))]
    public void A_usable_body_is_200_and_returns_its_values(string body, long amount, string kind, string description)
    {
        // Enough for the largest debit.
        Bank.Post(3, Limits.AmountCentsMax, 'c', "start").AssertOk();

        Bank.Post(3, body).AssertOk();

        var entry = Bank.Statement(3).GetProperty("ultimas_transacoes")[0];
        Assert.Equal(amount, entry.GetProperty("valor").GetInt64());
        Assert.Equal(kind, entry.GetProperty("tipo").GetString());
        Assert.Equal(description, entry.GetProperty("descricao").GetString());
    }

    [Theory]
    [MemberData(nameof(Bodies.Refused), MemberType = typeof(Bodies))]
    public void An_unusable_body_is_422_for_the_right_reason_and_changes_nothing(string body, string error)
    {
        var answer = Bank.Post(1, body).AssertProblem(422);

        Assert.Equal(Problem.Of(Enum.Parse<TransactionError>(error)).Body, answer.Body);
        AssertUntouched();
    }

    [Fact]
    public void A_body_that_is_not_Unicode_is_422_and_changes_nothing()
    {
        Assert.All(
            Bodies.NotUnicode, body => Bank.Send(RawRequest.Post(Path, body)).AssertProblem(422));

        AssertUntouched();
    }

    [Fact]
    public void Every_prefix_and_suffix_of_a_body_is_422_and_changes_nothing()
    {
        using var connection = Bank.Connect();
        for (var length = 0; length < RawRequest.Body.Length; length++)
        {
            connection.Exchange(RawRequest.Post(Path, RawRequest.Body[..length])).AssertProblem(422);
            connection.Exchange(RawRequest.Post(Path, RawRequest.Body[(length + 1)..])).AssertProblem(422);
        }

        AssertUntouched();
    }
}

public sealed class AotTransactionTests(AotBank bank) : TransactionTests<AotBank>(bank);

public sealed class PostgresTransactionTests(PostgresBank bank) : TransactionTests<PostgresBank>(bank);
