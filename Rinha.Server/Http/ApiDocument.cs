namespace Rinha.Server.Http;

/// <summary>
/// The description of the API that <c>GET /openapi.json</c> gives: openapi.json, without its blanks and with the
/// version of this server.
/// </summary>
internal static class ApiDocument
{
    private const string Resource = "openapi.json";

    /// <summary>OpenAPI 3.1 in UTF-8; made when it is asked for the first time.</summary>
    public static ReadOnlyMemory<byte> Json { get; } = Create();

    private static byte[] Create()
    {
        using var resource = typeof(ApiDocument).Assembly.GetManifestResourceStream(Resource)!;
        using var document = JsonDocument.Parse(resource);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, BankJsonContext.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals("info"u8))
                {
                    WriteInfo(writer, member.Value);
                }
                else
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void WriteInfo(Utf8JsonWriter writer, JsonElement info)
    {
        writer.WriteStartObject("info"u8);
        foreach (var member in info.EnumerateObject())
        {
            if (member.NameEquals("version"u8))
            {
                writer.WriteString("version"u8, ServerCommand.Version);
            }
            else
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}
