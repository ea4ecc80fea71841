using Rinha.Server.Ledger;

namespace Rinha.Bench.Http;

/// <summary>Statements to write.</summary>
internal static class SampleStatements
{
    /// <summary>2024-01-17T02:34:41.217753Z.</summary>
    public static Timestamp ReadAt { get; } = new(1_705_458_881_217_753);

    /// <summary>Ten transactions with the same text.</summary>
    public static Statement Of(ReadOnlySpan<byte> text)
    {
        Expect.That(Description.TryCreate(text, out var description), "the text is a description");
        var statement = new Statement();
        Fill(statement, description);
        return statement;
    }

    /// <summary>The same into a statement that is there.</summary>
    public static void Fill(Statement statement, in Description description)
    {
        statement.Begin(-9098, 100_000, ReadAt);
        for (var index = 0; index < Statement.EntriesMax; index++)
        {
            statement.Add(new StatementEntry(
                1000 + index,
                index % 3 == 0 ? TransactionKind.Credit : TransactionKind.Debit,
                description,
                new Timestamp(ReadAt.MicrosecondsSinceEpoch - (index * 1_000_000L))));
        }
    }
}
