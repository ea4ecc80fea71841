using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>
/// Writes a statement (contest API): <c>saldo</c> with <c>total</c>, <c>data_extrato</c> and <c>limite</c>, then
/// <c>ultimas_transacoes</c>, newest first. One converter for the whole: generated code would box every entry.
/// </summary>
internal sealed class StatementConverter : WriteOnlyConverter<StatementResponse>
{
    /// <summary>Writes what every list of transactions says of one.</summary>
    public static void WriteFields(Utf8JsonWriter writer, in StatementEntry entry)
    {
        writer.WriteNumber("valor"u8, entry.AmountCents);
        writer.WriteString("tipo"u8, entry.Kind == TransactionKind.Credit ? "c"u8 : "d"u8);
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
