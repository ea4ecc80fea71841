using Rinha.Server.Http;

namespace Rinha.Bench.Http;

/// <summary>Writes the answer to an accepted transaction.</summary>
public class AnswerBenchmarks
{
    private readonly HandWrittenAnswer _hand = new();
    private readonly TransactionResponse _answer = new(LimitCents: 100_000, BalanceCents: -9098);

    [GlobalSetup]
    public void Setup()
    {
        var expected = """{"limite":100000,"saldo":-9098}"""u8;
        Expect.SameText(expected, Write().Span);
        Expect.SameText(expected, _hand.Write(_answer));
    }

    /// <summary>As the server does it: source-generated JSON.</summary>
    [Benchmark(Baseline = true)]
    public int Generated() => Write().Length;

    /// <summary>Bytes put together by hand.</summary>
    [Benchmark]
    public int HandWritten() => _hand.Write(_answer).Length;

    private ReadOnlyMemory<byte> Write() =>
        AnswerBuffer.Current.Write(_answer, BankJsonContext.Default.TransactionResponse);
}
