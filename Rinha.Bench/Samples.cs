using Rinha.Server.Ledger;

namespace Rinha.Bench;

// Sample transactions, statements and requests.
internal static class Samples
{
    public const int Accounts = 5;

    private static readonly Description s_text = Describe("descricao"u8);

    public static byte[] Credit { get; } = Post("""{"valor": 1, "tipo": "c", "descricao": "descricao"}""");

    public static byte[] Debit { get; } = Post("""{"valor": 1, "tipo": "d", "descricao": "descricao"}""");

    public static byte[] ReadStatement { get; } = Encoding.ASCII.GetBytes(
        "GET /clientes/1/extrato HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n");

    // The nth post of an endless sequence: alternating credits and debits over all accounts, so that none is refused.
    public static void Set(PendingPost post, int number)
    {
        post.AccountId = 1 + (number % Accounts);
        // Accounts is odd, so every account gets a credit, then a debit.
        post.Kind = number % 2 == 0 ? TransactionKind.Credit : TransactionKind.Debit;
        post.AmountCents = 1;
        post.Description = s_text;
    }

    public static void Fill(Statement statement)
    {
        const long readAtUs = 1_705_458_881_217_753; // 2024-01-17T02:34:41.217753Z
        statement.Begin(-9098, 100_000, new Timestamp(readAtUs));
        for (var index = 0; index < Statement.EntriesMax; index++)
        {
            var kind = index % 3 == 0 ? TransactionKind.Credit : TransactionKind.Debit;
            var postedAt = new Timestamp(readAtUs - (index * 1_000_000L));
            statement.Add(new StatementEntry(1000 + index, kind, s_text, postedAt));
        }
    }

    private static Description Describe(ReadOnlySpan<byte> text)
    {
        Expect.That(Description.TryCreate(text, out var description), "the text is a description");
        return description;
    }

    // With the headers of a contest client behind nginx.
    private static byte[] Post(string body) => Encoding.ASCII.GetBytes(
        $"POST /clientes/1/transacoes HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n"
        + $"Accept: application/json\r\nContent-Type: application/json\r\n\r\n{body}");
}

// Verifies a benchmark's answers before it is timed.
internal static class Expect
{
    public static void That(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"expected: {what}");
        }
    }
}
