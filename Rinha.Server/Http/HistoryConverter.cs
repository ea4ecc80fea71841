namespace Rinha.Server.Http;

/// <summary>
/// Writes a page of the history: <c>transacoes</c>, newest first, and <c>proxima</c>, the <c>antes</c> of the next page
/// or <c>null</c>.
/// </summary>
internal sealed class HistoryConverter : WriteOnlyConverter<HistoryResponse>
{
    public override void Write(Utf8JsonWriter writer, HistoryResponse value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("transacoes"u8);
        foreach (ref readonly var entry in value.Page.Entries)
        {
            writer.WriteStartObject();
            writer.WriteNumber("seq"u8, entry.Sequence);
            StatementConverter.WriteFields(writer, entry.Transaction);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (value.Page.NextBefore is { } next)
        {
            writer.WriteNumber("proxima"u8, next);
        }
        else
        {
            writer.WriteNull("proxima"u8);
        }

        writer.WriteEndObject();
    }
}
