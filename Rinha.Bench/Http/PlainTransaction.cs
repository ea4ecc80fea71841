using System.Text.Json.Serialization;
using Rinha.Server;
using Rinha.Server.Http;
using Rinha.Server.Ledger;

namespace Rinha.Bench.Http;

/// <summary>
/// The alternative to the hand-made converter: what the source generator makes of an ordinary record, judged
/// afterwards. A field of the wrong type is an exception, and every text a string.
/// </summary>
internal sealed record PlainTransaction(
    [property: JsonPropertyName("valor")] long? Amount,
    [property: JsonPropertyName("tipo")] string? Kind,
    [property: JsonPropertyName("descricao")] string? Description)
{
    /// <summary>Reads a whole body; why one is refused is only told roughly.</summary>
    public static TransactionBody Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var read = JsonSerializer.Deserialize(json, PlainJsonContext.Default.PlainTransaction);
            return read is null ? new TransactionBody { Error = TransactionError.Malformed } : read.Judge();
        }
        catch (JsonException)
        {
            return new TransactionBody { Error = TransactionError.Malformed };
        }
    }

    private TransactionBody Judge()
    {
        if (Amount is not { } amountCents || Kind is null || Description is null)
        {
            return new TransactionBody { Error = TransactionError.MissingField };
        }

        if (amountCents is < 1 or > Limits.AmountCentsMax)
        {
            return new TransactionBody { Error = TransactionError.InvalidAmount };
        }

        if (Kind is not ("c" or "d"))
        {
            return new TransactionBody { Error = TransactionError.InvalidKind };
        }

        Span<byte> utf8 = stackalloc byte[Server.Ledger.Description.BytesMax];
        return Encoding.UTF8.TryGetBytes(Description, utf8, out var length)
            && Server.Ledger.Description.TryCreate(utf8[..length], out var description)
            ? new TransactionBody(
                TransactionError.None,
                amountCents,
                Kind == "c" ? TransactionKind.Credit : TransactionKind.Debit,
                description)
            : new TransactionBody { Error = TransactionError.InvalidDescription };
    }
}
