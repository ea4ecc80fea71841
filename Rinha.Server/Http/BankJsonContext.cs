using System.Text.Encodings.Web;
using System.Text.Json.Serialization;

namespace Rinha.Server.Http;

/// <summary>Every JSON type of the wire; the code that reads and writes them is generated at build time.</summary>
[JsonSerializable(typeof(TransactionBody))]
[JsonSerializable(typeof(TransactionResponse))]
[JsonSerializable(typeof(StatementResponse))]
[JsonSerializable(typeof(HistoryResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ProblemResponse))]
internal sealed partial class BankJsonContext : JsonSerializerContext
{
    /// <summary>
    /// How answers are written: not for embedding in HTML, so little more than what JSON demands is escaped.
    /// </summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };
}
