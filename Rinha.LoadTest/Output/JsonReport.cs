using System.Text.Encodings.Web;
using System.Text.Json;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The report as a JSON document, written and read back; docs/load-report.md says what is in it.</summary>
public static class JsonReport
{
    /// <summary>
    /// The relaxed encoder leaves débito and µ readable; the document is a file, never a part of a web page.
    /// </summary>
    internal static ReportJsonContext Context { get; } = new(
        new JsonSerializerOptions(ReportJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
        });

    /// <summary>Writes a report, ending with a line feed.</summary>
    /// <param name="report">The report.</param>
    /// <param name="stream">Where to; left open.</param>
    public static void Write(RunReport report, Stream stream)
    {
        JsonSerializer.Serialize(stream, report, Context.RunReport);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a report back.</summary>
    /// <param name="stream">Where from.</param>
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
