using System.Text.Json.Serialization;
using System.Text.Unicode;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

// Why a transaction's body cannot be used, in order of precedence.
internal enum TransactionError
{
    None,
    Malformed,
    DuplicateField,
    MissingField,
    InvalidAmount,
    InvalidKind,
    InvalidDescription,
}

// The body of POST /clientes/{id}/transacoes: {"valor": 1000, "tipo": "c", "descricao": "texto"}, judged while it is
// read. Unknown fields are passed over.
[JsonConverter(typeof(TransactionBodyConverter))]
internal readonly record struct TransactionBody(
    TransactionError Error, long AmountCents, TransactionKind Kind, Description Description)
{
    // Reads a whole body; never throws.
    public static TransactionBody Parse(ReadOnlySpan<byte> json)
    {
        // The JSON reader does not validate the strings it skips.
        if (json.IsEmpty || !Utf8.IsValid(json))
        {
            return new TransactionBody { Error = TransactionError.Malformed };
        }

        try
        {
            return JsonSerializer.Deserialize(json, BankJsonContext.Default.TransactionBody);
        }
        catch (JsonException)
        {
            // The library's only way to say "not JSON", nested too deeply, or not UTF-16 behind an escape.
            return new TransactionBody { Error = TransactionError.Malformed };
        }
    }
}

// The answer to an accepted transaction (contest API): limit, and balance after the transaction.
internal readonly record struct TransactionResponse(
    [property: JsonPropertyName("limite")] long LimitCents,
    [property: JsonPropertyName("saldo")] long BalanceCents);

// Reads a TransactionBody without making strings; a bad field is noted, not thrown.
internal sealed class TransactionBodyConverter : JsonConverter<TransactionBody>
{
    // The longest way to write a description: ten surrogate pairs like \ud83d\ude00, twelve bytes each.
    private const int EscapedBytesMax = Description.ScalarsMax * 12;

    [Flags]
    private enum Fields
    {
        None = 0,
        Amount = 1,
        Kind = 2,
        Description = 4,
        All = Amount | Kind | Description,
    }

    public override TransactionBody Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new TransactionBody { Error = TransactionError.Malformed };
        }

        var seen = Fields.None;
        var invalid = Fields.None;
        var duplicate = false;
        long amountCents = 0;
        var kind = default(TransactionKind);
        var description = default(Description);

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Name(ref reader);
            reader.Read();
            duplicate |= (seen & field) != 0;
            seen |= field;
            var valid = field switch
            {
                Fields.Amount => TryReadAmount(ref reader, out amountCents),
                Fields.Kind => TryReadKind(ref reader, out kind),
                Fields.Description => TryReadDescription(ref reader, out description),
                Fields.None => true, // Unknown, and passed over.
                _ => throw new UnreachableException(),
            };
            invalid |= valid ? Fields.None : field;
            reader.Skip(); // The rest of an object or array; after anything else, nothing.
        }

        return new TransactionBody(Judge(seen, invalid, duplicate), amountCents, kind, description);
    }

    public override void Write(Utf8JsonWriter writer, TransactionBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("A transaction's body is only read.");

    private static TransactionError Judge(Fields seen, Fields invalid, bool duplicate) =>
        duplicate ? TransactionError.DuplicateField
        : seen != Fields.All ? TransactionError.MissingField
        : (invalid & Fields.Amount) != 0 ? TransactionError.InvalidAmount
        : (invalid & Fields.Kind) != 0 ? TransactionError.InvalidKind
        : invalid == Fields.None ? TransactionError.None
        : TransactionError.InvalidDescription;

    private static Fields Name(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("valor"u8) ? Fields.Amount
        : reader.ValueTextEquals("tipo"u8) ? Fields.Kind
        : reader.ValueTextEquals("descricao"u8) ? Fields.Description
        : Fields.None;

    private static bool TryReadAmount(ref Utf8JsonReader reader, out long amountCents)
    {
        amountCents = 0;
        return reader.TokenType == JsonTokenType.Number
            && reader.TryGetInt64(out amountCents) // Refuses a fraction or an exponent, 1.0 and 1e2 too.
            && amountCents is >= 1 and <= Limits.AmountCentsMax;
    }

    private static bool TryReadKind(ref Utf8JsonReader reader, out TransactionKind kind)
    {
        foreach (var one in TransactionKinds.All)
        {
            kind = one;
            if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals([one.Letter()]))
            {
                return true;
            }
        }

        kind = default;
        return false;
    }

    private static bool TryReadDescription(ref Utf8JsonReader reader, out Description description)
    {
        description = default;
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > EscapedBytesMax)
        {
            return false;
        }

        Span<byte> utf8 = stackalloc byte[EscapedBytesMax];
        return Description.TryCreate(utf8[..reader.CopyString(utf8)], out description);
    }
}
