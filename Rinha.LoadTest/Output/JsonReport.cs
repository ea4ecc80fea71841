using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The report as a JSON document, written and read back; docs/load-report.md says what is in it.</summary>
public static class JsonReport
{
    // The relaxed encoder leaves débito and µ readable; the document is a file, never a part of a web page.
    internal static ReportJsonContext Context { get; } = new(
        new JsonSerializerOptions(ReportJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
        });

    /// <summary>Writes a report and a line feed; the stream stays open.</summary>
    public static void Write(RunReport report, Stream stream)
    {
        JsonSerializer.Serialize(stream, report, Context.RunReport);
        stream.WriteByte((byte)'\n');
    }

    /// <exception cref="JsonException">It is not JSON, lacks something or is of another schema.</exception>
    public static RunReport Read(Stream stream)
    {
        var report = JsonSerializer.Deserialize(stream, Context.RunReport)
            ?? throw new JsonException("it says null");
        return report.Schema == RunReport.CurrentSchema
            ? report
            : throw new JsonException($"its schema is {report.Schema}, not {RunReport.CurrentSchema}");
    }
}

// The generated (reflection-free) code that turns reports into JSON and back.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(FailureKindConverter)])]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;

// Writes a kind of failure as its name in camel case, as all other names in the document are.
internal sealed class FailureKindConverter()
    : JsonStringEnumConverter<FailureKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
