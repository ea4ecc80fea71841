using Rinha.Server.Http;
using Rinha.Server.Ledger;

namespace Rinha.Bench.Http;

/// <summary>Writes a statement of ten transactions.</summary>
public class StatementAnswerBenchmarks
{
    private readonly HandWrittenAnswer _hand = new();
    private readonly Statement _statement = SampleStatements.Of("descricao"u8);

    [GlobalSetup]
    public void Setup()
    {
        var head = """
            {"saldo":{"total":-9098,"data_extrato":"2024-01-17T02:34:41.217753Z","limite":100000},"ultimas_transacoes":[
            """u8;
        var first = """
            {"valor":1000,"tipo":"c","descricao":"descricao","realizada_em":"2024-01-17T02:34:41.217753Z"},
            """u8;
        var chosen = Write(_statement).ToArray();
        Expect.SameText(head, chosen.AsSpan(0, head.Length));
        Expect.SameText(first, chosen.AsSpan(head.Length, first.Length));
        using var document = JsonDocument.Parse(chosen);
        var entries = document.RootElement.GetProperty("ultimas_transacoes"u8).GetArrayLength();
        Expect.That(entries == Statement.EntriesMax, "there are ten transactions");

        foreach (var statement in new[]
        {
            _statement,
            SampleStatements.Of("\"\\\n\u007f/<>"u8),
            SampleStatements.Of("ãçõéíÁÊÔàü"u8),
            SampleStatements.Of("💰💸💳🏦💱💲🪙💴💵💶"u8),
        })
        {
            Expect.SameText(Write(statement), _hand.Write(statement));
        }

        // The generator's own form of a time drops zeros at the end; these have none.
        Expect.SameText(chosen, WritePlain(_statement));
    }

    /// <summary>As the server does it: the JSON writer with a hand-made converter.</summary>
    [Benchmark(Baseline = true)]
    public int Converter() => Write(_statement).Length;

    /// <summary>Bytes put together by hand.</summary>
    [Benchmark]
    public int HandWritten() => _hand.Write(_statement).Length;

    /// <summary>Generated code for ordinary records, with making the records.</summary>
    [Benchmark]
    public int Generated() => WritePlain(_statement).Length;

    private static ReadOnlySpan<byte> Write(Statement statement) => AnswerBuffer.Current
        .Write(new StatementResponse(statement), BankJsonContext.Default.StatementResponse).Span;

    private static ReadOnlySpan<byte> WritePlain(Statement statement) =>
        AnswerBuffer.Current.Write(PlainStatement.Of(statement), PlainJsonContext.Default.PlainStatement).Span;
}
