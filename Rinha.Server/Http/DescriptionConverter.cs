using System.Text.Json;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>Writes a description's UTF-8 without a string in between.</summary>
internal sealed class DescriptionConverter : WriteOnlyConverter<Description>
{
    public override void Write(Utf8JsonWriter writer, Description value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.AsUtf8());
}
