using Rinha.Server.Http;
using Rinha.Server.Ledger;

namespace Rinha.Bench;

// Parses and validates a transaction's body.
public class ParseBenchmarks
{
    private byte[] _json = [];

    [Params(
        """{"valor": 1000, "tipo": "d", "descricao": "descricao"}""",
        """{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""",
        """{"valor": 1000, "tipo": "d", "descricao": "descricao}""")]
    public string Body { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _json = Encoding.UTF8.GetBytes(Body);
        var expected = Body.Contains("1.2", StringComparison.Ordinal) ? TransactionError.InvalidAmount
            : Body.EndsWith("\"}", StringComparison.Ordinal) ? TransactionError.None
            : TransactionError.Malformed;
        Expect.That(TransactionBody.Parse(_json).Error == expected, $"the verdict is {expected}");
    }

    [Benchmark]
    public long ParseBody() => TransactionBody.Parse(_json).AmountCents;
}

// Serializes the answers to an accepted transaction and to a statement of ten.
public class AnswerBenchmarks
{
    private readonly TransactionResponse _accepted = new(LimitCents: 100_000, BalanceCents: -9098);
    private readonly Statement _statement = new();

    [GlobalSetup]
    public void Setup()
    {
        Samples.Fill(_statement);
        Expect.That(Answer() == """{"limite":100000,"saldo":-9098}""".Length, "limit and balance are written");
        Expect.That(StatementOfTen() > 10 * 80, "ten transactions are written");
    }

    [Benchmark]
    public int Answer() =>
        AnswerBuffer.Current.Write(_accepted, BankJsonContext.Default.TransactionResponse).Length;

    [Benchmark]
    public int StatementOfTen() => AnswerBuffer.Current
        .Write(new StatementResponse(_statement), BankJsonContext.Default.StatementResponse).Length;
}
