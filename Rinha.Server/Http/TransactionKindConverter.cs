using System.Text.Json;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>Writes <c>"c"</c> or <c>"d"</c>.</summary>
internal sealed class TransactionKindConverter : WriteOnlyConverter<TransactionKind>
{
    public override void Write(Utf8JsonWriter writer, TransactionKind value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value == TransactionKind.Credit ? "c"u8 : "d"u8);
}
