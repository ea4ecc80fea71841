using System.Text.Json;
using Rinha.LoadTest.Journey;

namespace Rinha.LoadTest.Output;

/// <summary>
/// A journey as a JSON document (docs/journey.md). What is read may have whole reports in its turns, and needs no
/// medians; what is written has of the reports what a journey needs, and the medians.
/// </summary>
public static class JourneyJson
{
    /// <summary>Writes a journey, ending with a line feed.</summary>
    /// <param name="report">The journey.</param>
    /// <param name="stream">Where to; left open.</param>
    public static void Write(JourneyReport report, Stream stream)
    {
        JsonSerializer.Serialize(stream, report, JsonReport.Context.JourneyReport);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a journey.</summary>
    /// <param name="stream">Where from.</param>
    /// <exception cref="JsonException">It is not JSON, lacks something or is of another schema.</exception>
    public static JourneyReport Read(Stream stream)
    {
        var report = JsonSerializer.Deserialize(stream, JsonReport.Context.JourneyReport)
            ?? throw new JsonException("it says null");
        return report switch
        {
            { Schema: not JourneyReport.CurrentSchema } =>
                throw new JsonException($"its schema is {report.Schema}, not {JourneyReport.CurrentSchema}"),
            { Stages.Count: 0 } => throw new JsonException("it has no stage"),
            _ => report,
        };
    }
}
