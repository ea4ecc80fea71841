namespace Rinha.Server.Tests.Http;

/// <summary>The header Idempotency-Key.</summary>
public abstract class IdempotencyTests<TBank>(TBank bank) : IClassFixture<TBank>
    where TBank : class, IBank
{
    [Fact]
    public void A_request_sent_again_gets_the_same_answer_byte_for_byte()
    {
        bank.Reset();
        var first = Post("again", 100).AssertOk();
        bank.Post(1, 7, 'c', "between").AssertOk();
        var second = Post("again", 100).AssertOk();

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(107, bank.Statement(1).Balance());
    }

    [Fact]
    public void A_refused_debit_is_refused_again()
    {
        bank.Reset();
        var first = Post("debit", 100_001, 'd').AssertProblem(422);
        bank.Post(1, 1_000, 'c', "between").AssertOk();

        Assert.Equal(first.Body, Post("debit", 100_001, 'd').AssertProblem(422).Body);
    }

    [Fact]
    public void The_key_with_another_body_is_422_and_changes_nothing()
    {
        bank.Reset();
        Post("key", 100).AssertOk();

        var refused = Post("key", 101).AssertProblem(422);
        Assert.Contains("Idempotency-Key", refused.Text, StringComparison.Ordinal);
        Assert.Equal(100, bank.Statement(1).Balance());
    }

    [Fact]
    public void What_was_refused_before_the_ledger_does_not_use_up_the_key()
    {
        bank.Reset();
        Post("invalid", 0).AssertProblem(422);
        Post("invalid", 100).AssertOk();
    }

    [Fact]
    public void Quotation_marks_are_not_part_of_the_key()
    {
        bank.Reset();
        Post("\"a-string\"", 100).AssertOk();
        Post("a-string", 100).AssertOk();

        Assert.Equal(100, bank.Statement(1).Balance());
    }

    [Fact]
    public void Keys_of_up_to_64_visible_characters_are_good()
    {
        bank.Reset();
        var all = string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code))
            .Replace("\"", "", StringComparison.Ordinal)
            .Replace("\\", "", StringComparison.Ordinal);
        string[] keys = ["k", "8e03978e-40d5-43e6-bc93-6894a57f9324", new('k', 64), all[..64], all[^64..]];
        foreach (var key in keys)
        {
            Post(key, 1).AssertOk();
            Post($"\"{key}\"", 1).AssertOk();
        }

        Assert.Equal(keys.Length, bank.Statement(1).Balance());
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
    public void Anything_else_is_400_and_changes_nothing(string key)
    {
        bank.Reset();
        Post(key, 100).AssertProblem(400);

        Assert.Equal(0, bank.Statement(1).Balance());
    }

    [Fact]
    public void Two_keys_are_400()
    {
        bank.Reset();
        Send(100, 'c', "Idempotency-Key: a", "Idempotency-Key: a").AssertProblem(400);

        Assert.Equal(0, bank.Statement(1).Balance());
    }

    [Fact]
    public void Nobody_is_404_whatever_the_key() => bank
        .Send(RawRequest.Post("/clientes/6/transacoes", RawRequest.Body, RawRequest.Json, "Idempotency-Key: a b"))
        .AssertProblem(404);

    [Fact]
    public void A_connection_does_not_remember_the_key_of_the_request_before()
    {
        bank.Reset();
        using var connection = bank.Connect();
        var body = BankExtensions.TransactionJson(1, 'c', "text");
        var plain = RawRequest.Post("/clientes/1/transacoes", body);
        var keyed = RawRequest.Post("/clientes/1/transacoes", body, RawRequest.Json, "Idempotency-Key: once");
        foreach (var (request, balance) in new[] { (keyed, 1), (plain, 2), (plain, 3), (keyed, 1), (plain, 4) })
        {
            Assert.Equal(
                balance, connection.Exchange(request).AssertOk().Json.GetProperty("saldo").GetInt64());
        }
    }

    private RawResponse Post(string key, long amount, char kind = 'c') =>
        Send(amount, kind, $"Idempotency-Key: {key}");

    private RawResponse Send(long amount, char kind, params string[] headers) => bank.Send(RawRequest.Post(
        "/clientes/1/transacoes",
        BankExtensions.TransactionJson(amount, kind, "text"),
        RawRequest.Json,
        headers));
}

public sealed class InProcessIdempotencyTests(InProcessBank bank) : IdempotencyTests<InProcessBank>(bank);

public sealed class AotIdempotencyTests(AotBank bank) : IdempotencyTests<AotBank>(bank);

public sealed class PostgresIdempotencyTests(PostgresBank bank) : IdempotencyTests<PostgresBank>(bank);
