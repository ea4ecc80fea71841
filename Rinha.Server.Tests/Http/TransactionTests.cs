namespace Rinha.Server.Tests.Http;

/// <summary>What a transaction changes, and what is answered.</summary>
public abstract class TransactionTests<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    private readonly TBank _bank;

    protected TransactionTests(TBank bank)
    {
        _bank = bank;
        bank.Reset();
    }

    [Fact]
    public void An_accepted_transaction_is_answered_with_limit_and_balance()
    {
        Assert.Equal("""{"limite":100000,"saldo":1000}""", _bank.Post(1, 1000, 'c', "a").AssertOk().Text);
        Assert.Equal("""{"limite":100000,"saldo":-1}""", _bank.Post(1, 1001, 'd', "b").AssertOk().Text);
        Assert.Equal("""{"limite":10000000,"saldo":7}""", _bank.Post(4, 7, 'c', "c").AssertOk().Text);
    }

    [Fact]
    public void A_new_statement_is_empty()
    {
        foreach (var (id, limit) in SeedAccounts.LimitsCents)
        {
            var statement = _bank.Statement(id);
            Assert.Equal("0", statement.GetProperty("saldo").GetProperty("total").GetRawText());
            Assert.Equal($"{limit}", statement.GetProperty("saldo").GetProperty("limite").GetRawText());
            Assert.Equal("[]", statement.GetProperty("ultimas_transacoes").GetRawText());
        }
    }

    [Fact]
    public void A_statement_shows_what_was_posted_newest_first()
    {
        _bank.Post(1, 1, 'c', "toma").AssertOk();
        _bank.Post(1, 2, 'd', "devolve").AssertOk();

        var statement = _bank.Statement(1);

        Assert.Equal(-1, statement.Balance());
        var latest = statement.GetProperty("ultimas_transacoes");
        Assert.Equal(2, latest.GetArrayLength());
        Assert.Equal((2, "d", "devolve"), Entry(latest[0]));
        Assert.Equal((1, "c", "toma"), Entry(latest[1]));
        Assert.Equal(
            ["valor", "tipo", "descricao", "realizada_em"], latest[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            ["total", "data_extrato", "limite"],
            statement.GetProperty("saldo").EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public void Times_are_UTC_with_six_decimals()
    {
        _bank.Post(1, 1, 'c', "x").AssertOk();

        var statement = _bank.Statement(1);

        string[] times =
        [
            statement.GetProperty("saldo").GetProperty("data_extrato").GetString()!,
            statement.GetProperty("ultimas_transacoes")[0].GetProperty("realizada_em").GetString()!,
        ];
        foreach (var time in times)
        {
            var parsed = DateTimeOffset.ParseExact(time, "yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
            Assert.InRange(parsed, DateTimeOffset.UtcNow.AddSeconds(-20), DateTimeOffset.UtcNow.AddSeconds(1));
        }
    }

    [Fact]
    public void Of_eleven_transactions_the_ten_newest_are_listed()
    {
        for (var number = 1; number <= 11; number++)
        {
            _bank.Post(2, number, 'c', $"{number}").AssertOk();
        }

        Assert.Equal(["11", "10", "9", "8", "7", "6", "5", "4", "3", "2"], _bank.Statement(2).Descriptions());
        Assert.Equal(66, _bank.Statement(2).Balance());
    }

    [Fact]
    public void Debit_down_to_the_limit_is_200_and_beyond_it_422()
    {
        foreach (var (id, limit) in SeedAccounts.LimitsCents)
        {
            _bank.Post(id, limit + 1, 'd', "x").AssertProblem(422);
            var answer = _bank.Post(id, limit, 'd', "x").AssertOk().Text;
            Assert.Equal($$"""{"limite":{{limit}},"saldo":{{-limit}}}""", answer);
            _bank.Post(id, 1, 'd', "x").AssertProblem(422);
        }
    }

    [Fact]
    public void A_refused_debit_leaves_no_trace()
    {
        _bank.Post(1, 100_000, 'd', "before").AssertOk();
        _bank.Post(1, 1, 'd', "refused").AssertProblem(422);

        Assert.Equal(["before"], _bank.Statement(1).Descriptions());
        Assert.Equal(-100_000, _bank.Statement(1).Balance());
    }

    [Fact]
    public void A_credit_beyond_64_bits_is_422()
    {
        for (var count = 0; count < 1024; count++)
        {
            _bank.Post(1, Limits.AmountCentsMax, 'c', "x").AssertOk();
        }

        Assert.Equal(long.MaxValue - 1023, _bank.Statement(1).Balance());
        _bank.Post(1, 1024, 'c', "x").AssertProblem(422);
        Assert.Equal(long.MaxValue, _bank.Post(1, 1023, 'c', "x").AssertOk().Json.GetProperty("saldo").GetInt64());
        _bank.Post(1, 1, 'c', "x").AssertProblem(422);
        Assert.Equal(long.MaxValue, _bank.Statement(1).Balance());
    }

    [Theory]
    [MemberData(nameof(Bodies.Accepted), MemberType = typeof(Bodies))]
    public void A_usable_body_is_200_and_its_values_come_back(string body, long amount, string kind, string description)
    {
        // So that the largest amount can be debited as well.
        _bank.Post(3, Limits.AmountCentsMax, 'c', "start").AssertOk();

        _bank.Post(3, body).AssertOk();

        Assert.Equal((amount, kind, description), Entry(_bank.Statement(3).GetProperty("ultimas_transacoes")[0]));
    }

    [Theory]
    [MemberData(nameof(Bodies.Refused), MemberType = typeof(Bodies))]
    public void An_unusable_body_is_422_and_changes_nothing(string body, string error)
    {
        Assert.NotEmpty(error);

        _bank.Post(1, body).AssertProblem(422);

        AssertUntouched();
    }

    [Theory]
    [MemberData(nameof(Bodies.LoneSurrogates), MemberType = typeof(Bodies))]
    public void A_lone_surrogate_is_422_and_changes_nothing(string body)
    {
        _bank.Post(1, body).AssertProblem(422);

        AssertUntouched();
    }

    [Theory]
    [MemberData(nameof(Bodies.NotUtf8), MemberType = typeof(Bodies))]
    public void Bytes_that_are_not_UTF8_are_422_and_change_nothing(string hex)
    {
        _bank.Send(RawRequest.Post("/clientes/1/transacoes", Bodies.WithDescriptionBytes(hex))).AssertProblem(422);

        AssertUntouched();
    }

    [Fact]
    public void Every_beginning_of_a_body_is_422_and_changes_nothing()
    {
        using var connection = _bank.Connect();
        for (var length = 0; length < RawRequest.Body.Length; length++)
        {
            var request = RawRequest.Post("/clientes/1/transacoes", RawRequest.Body[..length]);
            connection.Exchange(request).AssertProblem(422);
        }

        AssertUntouched();
    }

    private static (long Amount, string? Kind, string? Description) Entry(JsonElement entry) =>
        (entry.GetProperty("valor").GetInt64(),
            entry.GetProperty("tipo").GetString(),
            entry.GetProperty("descricao").GetString());

    private void AssertUntouched()
    {
        var statement = _bank.Statement(1);
        Assert.Equal(0, statement.Balance());
        Assert.Empty(statement.Descriptions());
    }
}

public sealed class InProcessTransactionTests(InProcessBank bank) : TransactionTests<InProcessBank>(bank);

public sealed class AotTransactionTests(AotBank bank) : TransactionTests<AotBank>(bank);

public sealed class PostgresTransactionTests(PostgresBank bank) : TransactionTests<PostgresBank>(bank);
