namespace Rinha.Server.Tests.Http;

public abstract class IdempotencyTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    [Fact]
    public void A_retried_request_gets_the_same_answer_byte_for_byte()
    {
        var first = Post("again", 100).AssertOk();
        var refused = Post("debit", 100_101, 'd').AssertProblem(422, "limit-exceeded");
        Bank.Post(1, 1_000, 'c', "between").AssertOk();

        Assert.Equal(first.Body, Post("again", 100).AssertOk().Body);
        Assert.Equal(refused.Body, Post("debit", 100_101, 'd').AssertProblem(422).Body);
        Post("again", 101).AssertProblem(422, "key-reused");
        Assert.Equal(1_100, Bank.Statement(1).Balance());
    }

    [Fact]
    public void An_answer_names_its_transaction_and_a_repeat_says_that_it_is_one()
    {
        Bank.Post(1, 7, 'd', "before").AssertOk();
        AssertDescribed(Post("named", 100).AssertOk(), isReplay: false, "/clientes/1/transacoes/2");
        AssertDescribed(Post("refused", 100_101, 'd').AssertProblem(422), isReplay: false);

        AssertDescribed(Post("named", 100).AssertOk(), isReplay: true, "/clientes/1/transacoes/2");
        AssertDescribed(Post("refused", 100_101, 'd').AssertProblem(422), isReplay: true);
        AssertDescribed(Post("named", 101).AssertProblem(422, "key-reused"), isReplay: false);
        AssertDescribed(Bank.Post(1, RawRequest.Body).AssertOk(), isReplay: false);

        var transaction = Bank.Get("/clientes/1/transacoes/2").AssertOk().Json;
        Assert.Equal(
            Bank.Get("/clientes/1/transacoes?antes=3&limite=1").Json.GetProperty("transacoes")[0].GetRawText(),
            transaction.GetRawText());
        Assert.Equal(100, transaction.GetProperty("valor").GetInt64());
        Bank.Get("/clientes/1/transacoes/4").AssertProblem(404, "unknown-transaction");
        Bank.Get("/clientes/6/transacoes/1").AssertProblem(404, "unknown-account");
    }

    [Fact]
    public void A_body_that_never_reached_the_ledger_does_not_use_up_the_key()
    {
        Post("invalid", 0).AssertProblem(422, "invalid-body");
        Post("invalid", 100).AssertOk();
    }

    [Fact]
    public void Keys_of_up_to_64_visible_characters_are_accepted_with_or_without_quotes()
    {
        var all = string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Except(['"', '\\']));
        string[] keys = ["k", "8e03978e-40d5-43e6-bc93-6894a57f9324", new('k', 64), all[..64], all[^64..]];
        foreach (var key in keys)
        {
            Post(key, 1).AssertOk();
            Post($"\"{key}\"", 1).AssertOk();
        }

        Assert.Equal(keys.Length, Bank.Statement(1).Balance());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"")]
    [InlineData("two words")]
    [InlineData("\"two words\"")]
    [InlineData("tab\there")]
    [InlineData("one\"quote")]
    [InlineData("back\\slash")]
    [InlineData("ação")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("a\r\nIdempotency-Key: a")]
    public void Anything_else_is_400_and_changes_nothing(string key)
    {
        Post(key, 100).AssertProblem(400, "invalid-key");

        AssertUntouched();
    }

    [Fact]
    public void A_connection_forgets_the_key_of_the_previous_request()
    {
        using var connection = Bank.Connect();
        var plain = RawRequest.Post(Path, RawRequest.Body);
        var keyed = RawRequest.Post(Path, RawRequest.Body, RawRequest.Json, "Idempotency-Key: once");
        foreach (var (request, balance) in new[] { (keyed, 1), (plain, 2), (plain, 3), (keyed, 1), (plain, 4) })
        {
            Assert.Equal(balance, connection.Exchange(request).AssertOk().Json.GetProperty("saldo").GetInt64());
        }
    }

    private static void AssertDescribed(RawResponse answer, bool isReplay, string? location = null)
    {
        Assert.Equal(location, answer.Header("Location"));
        Assert.Equal(isReplay ? "true" : null, answer.Header("Idempotent-Replayed"));
    }

    private RawResponse Post(string key, long amount, char kind = 'c') => Bank.Send(RawRequest.Post(
        Path, BankExtensions.TransactionJson(amount, kind, "text"), RawRequest.Json, $"Idempotency-Key: {key}"));
}

public sealed class AotIdempotencyTests(AotBank bank) : IdempotencyTests<AotBank>(bank);

public sealed class PostgresIdempotencyTests(PostgresBank bank) : IdempotencyTests<PostgresBank>(bank);
