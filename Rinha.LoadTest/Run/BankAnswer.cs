using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Run;

// One of a statement's ultimas_transacoes, or of a page's transacoes, which alone has a seq.
internal sealed record StatementLine(long AmountCents, string Kind, string Text, long Sequence = 0)
{
    public long SignedCents => Kind == "d" ? -AmountCents : AmountCents;
}

// The types of problems (RFC 9457, docs/api.md) that a verdict depends on.
internal static class ProblemType
{
    public const string BalanceOverflow = "/problems/balance-overflow";
    public const string LedgerLocked = "/problems/ledger-locked";
    public const string LimitExceeded = "/problems/limit-exceeded";
    public const string OutcomeUnknown = "/problems/outcome-unknown";
    public const string StorageFailed = "/problems/storage-failed";
}

// Reads and judges the bank's answers (contest API); accepts unknown fields and any order.
internal static class BankAnswer
{
    private const int ExcerptBytes = 200;

    public static FailureKind? Judge(Operation operation, in Answer answer)
    {
        if (answer.Status == 422 && operation == Operation.Debit)
        {
            return null;
        }

        if (answer.Status != 200)
        {
            return FailureKind.UnexpectedStatus;
        }

        return TryRead(operation, answer.Body, out var limitCents, out var balanceCents) && balanceCents >= -limitCents
            ? null
            : FailureKind.WrongAnswer;
    }

    public static string Describe(Operation operation, int status, ReadOnlySpan<byte> body) =>
        $"{operation}: {status} {Encoding.UTF8.GetString(body[..Math.Min(body.Length, ExcerptBytes)])}";

    public static bool TryRead(
        Operation operation, ReadOnlySpan<byte> json, out long limitCents, out long balanceCents) =>
        operation == Operation.Statement
            ? TryReadStatementHead(json, out limitCents, out balanceCents)
            : TryReadTransaction(json, out limitCents, out balanceCents);

    public static bool TryReadTransaction(ReadOnlySpan<byte> json, out long limitCents, out long balanceCents) =>
        TryReadHead(json, [], "saldo"u8, out limitCents, out balanceCents);

    public static bool TryReadStatementHead(ReadOnlySpan<byte> json, out long limitCents, out long balanceCents) =>
        TryReadHead(json, "saldo"u8, "total"u8, out limitCents, out balanceCents);

    public static bool TryReadEntries(ReadOnlySpan<byte> json, List<StatementLine> entries) =>
        TryReadEntries(json, "ultimas_transacoes", entries, out _);

    // next: proxima, or 0 on the last page.
    public static bool TryReadPage(ReadOnlySpan<byte> json, List<StatementLine> entries, out long next) =>
        TryReadEntries(json, "transacoes", entries, out next);

    private static bool TryReadEntries(
        ReadOnlySpan<byte> json, string name, List<StatementLine> entries, out long next)
    {
        next = 0;
        try
        {
            var reader = new Utf8JsonReader(json);
            using var answer = JsonDocument.ParseValue(ref reader);
            next = answer.RootElement.TryGetProperty("proxima", out var page) && page.ValueKind == JsonValueKind.Number
                ? page.GetInt64()
                : 0;
            foreach (var entry in answer.RootElement.GetProperty(name).EnumerateArray())
            {
                var kind = entry.GetProperty("tipo").GetString();
                var text = entry.GetProperty("descricao").GetString();
                if (kind is null || text is null || !entry.GetProperty("valor").TryGetInt64(out var amountCents))
                {
                    return false;
                }

                var sequence = entry.TryGetProperty("seq", out var seq) ? seq.GetInt64() : 0;
                entries.Add(new StatementLine(amountCents, kind, text, sequence));
            }

            return true;
        }
        catch (Exception error) when (
            error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    }

    // The database was cut off after it got the transaction: applied or not.
    public static bool IsOutcomeUnknown(ReadOnlySpan<byte> json) => IsProblem(json, ProblemType.OutcomeUnknown);

    public static bool IsProblem(ReadOnlySpan<byte> json, string type)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read()
                && TryFind(ref reader, "type"u8)
                && reader.TokenType == JsonTokenType.String
                && reader.ValueTextEquals(type);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryReadHead(
        ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> property,
        ReadOnlySpan<byte> balanceName,
        out long limitCents,
        out long balanceCents)
    {
        limitCents = 0;
        balanceCents = 0;
        var (hasLimit, hasBalance) = (false, false);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if ((!property.IsEmpty && !TryFind(ref reader, property)) || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (!(hasLimit && hasBalance) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("limite"u8))
                {
                    hasLimit = TryReadNumber(ref reader, out limitCents);
                }
                else if (reader.ValueTextEquals(balanceName))
                {
                    hasBalance = TryReadNumber(ref reader, out balanceCents);
                }
                else
                {
                    reader.Skip();
                }
            }

            while (reader.Read())
            {
                // Read to the end: the rest must be valid JSON too.
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return hasLimit && hasBalance;
    }

    private static bool TryReadNumber(ref Utf8JsonReader reader, out long number)
    {
        number = 0;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetInt64(out number);
        }

        reader.Skip();
        return false;
    }

    private static bool TryFind(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                return reader.Read();
            }

            reader.Skip();
        }

        return false;
    }
}
