using System.Text.Json.Serialization;
using System.Text.Unicode;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>
/// The body of <c>POST /clientes/{id}/transacoes</c>: <c>{"valor": 1000, "tipo": "c", "descricao": "texto"}</c>, judged
/// while it is read. Unknown fields are passed over.
/// </summary>
[JsonConverter(typeof(TransactionBodyConverter))]
internal readonly record struct TransactionBody(
    TransactionError Error, long AmountCents, TransactionKind Kind, Description Description)
{
    /// <summary>Reads a whole body; never throws.</summary>
    public static TransactionBody Parse(ReadOnlySpan<byte> json)
    {
        // The JSON reader does not look inside the strings it passes over.
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
            // The library's only way to say "not JSON". A well-formed body, valid or not, never gets here.
            return new TransactionBody { Error = TransactionError.Malformed };
        }
    }
}
