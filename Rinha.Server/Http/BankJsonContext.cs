using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

// Every JSON type on the wire; the code that reads and writes them is generated at build time.
[JsonSerializable(typeof(TransactionBody))]
[JsonSerializable(typeof(TransactionResponse))]
[JsonSerializable(typeof(StatementResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(EntryResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ProblemResponse))]
internal sealed partial class BankJsonContext : JsonSerializerContext
{
    // Answers are not embedded in HTML, so they escape little beyond what JSON requires.
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };
}

// The answer of GET /health (healthy, or unhealthy with a code and its reason) and of GET /health/live (alive).
internal readonly record struct HealthResponse(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("timestamp"), JsonConverter(typeof(TimestampConverter))] Timestamp Timestamp,
    [property: JsonPropertyName("code"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Code = null,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Reason = null);

// The body of an error answer (RFC 9457); title is the status phrase.
internal readonly record struct ProblemResponse(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("status")] int Status,
    [property: JsonPropertyName("detail")] string Detail);

[JsonConverter(typeof(StatementConverter))]
internal readonly record struct StatementResponse(Statement Statement);

[JsonConverter(typeof(HistoryConverter))]
internal readonly record struct HistoryResponse(HistoryPage Page);

// The page's only transaction.
[JsonConverter(typeof(EntryConverter))]
internal readonly record struct EntryResponse(HistoryPage Page);

// A converter for values that the server sends but never receives.
internal abstract class WriteOnlyConverter<T> : JsonConverter<T>
{
    public sealed override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        throw new NotSupportedException($"{typeof(T).Name} is only written.");
}

// Writes a statement (contest API): saldo with total, data_extrato and limite, then ultimas_transacoes, newest first.
// One converter for the whole: generated code would box every entry.
internal sealed class StatementConverter : WriteOnlyConverter<StatementResponse>
{
    // Writes the fields that a transaction has everywhere.
    public static void WriteFields(Utf8JsonWriter writer, in StatementEntry entry)
    {
        writer.WriteNumber("valor"u8, entry.AmountCents);
        writer.WriteString("tipo"u8, [entry.Kind.Letter()]);
        writer.WriteString("descricao"u8, entry.Description.AsUtf8());
        writer.WritePropertyName("realizada_em"u8);
        TimestampConverter.Write(writer, entry.PostedAt);
    }

    public override void Write(Utf8JsonWriter writer, StatementResponse value, JsonSerializerOptions options)
    {
        var statement = value.Statement;
        writer.WriteStartObject();

        writer.WriteStartObject("saldo"u8);
        writer.WriteNumber("total"u8, statement.BalanceCents);
        writer.WritePropertyName("data_extrato"u8);
        TimestampConverter.Write(writer, statement.ReadAt);
        writer.WriteNumber("limite"u8, statement.LimitCents);
        writer.WriteEndObject();

        writer.WriteStartArray("ultimas_transacoes"u8);
        foreach (ref readonly var entry in statement.Entries)
        {
            writer.WriteStartObject();
            WriteFields(writer, entry);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

// Writes a page of the history: transacoes, newest first, and proxima, the antes of the next page or null.
internal sealed class HistoryConverter : WriteOnlyConverter<HistoryResponse>
{
    public override void Write(Utf8JsonWriter writer, HistoryResponse value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("transacoes"u8);
        foreach (ref readonly var entry in value.Page.Entries)
        {
            EntryConverter.Write(writer, entry);
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

// Writes one transaction of the history.
internal sealed class EntryConverter : WriteOnlyConverter<EntryResponse>
{
    public static void Write(Utf8JsonWriter writer, in HistoryEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber("seq"u8, entry.Sequence);
        StatementConverter.WriteFields(writer, entry.Transaction);
        writer.WriteEndObject();
    }

    public override void Write(Utf8JsonWriter writer, EntryResponse value, JsonSerializerOptions options) =>
        Write(writer, value.Page.Entries[0]);
}

// Writes 2024-01-17T02:34:41.217753Z: ISO 8601, UTC, always six decimals.
internal sealed class TimestampConverter : WriteOnlyConverter<Timestamp>
{
    private const int RoundTripLength = 28; // 2024-01-17T02:34:41.2177530Z

    public static void Write(Utf8JsonWriter writer, Timestamp value)
    {
        // The standard format O less its seventh decimal takes a sixth of the time of a custom format with six.
        Span<byte> text = stackalloc byte[RoundTripLength];
        _ = value.ToUtc().TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[^2] = (byte)'Z';
        writer.WriteStringValue(text[..^1]);
    }

    public override void Write(Utf8JsonWriter writer, Timestamp value, JsonSerializerOptions options) =>
        Write(writer, value);
}
