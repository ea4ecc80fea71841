namespace Rinha.Server.Http;

// The answer to GET /openapi.json: openapi.json without its whitespace, with the version of this server, and with the
// responses that any request can get (x-any-request, less 404) in each operation that does not define that status.
internal static class ApiDocument
{
    private const string VersionPlaceholder = "\"0.0.0\"";

    // OpenAPI 3.1 in UTF-8; made at the first request for it.
    public static ReadOnlyMemory<byte> Json { get; } = Create();

    private static byte[] Create()
    {
        using var resource = new StreamReader(typeof(ApiDocument).Assembly.GetManifestResourceStream("openapi.json")!);
        using var document = JsonDocument.Parse(resource.ReadToEnd().Replace(
            VersionPlaceholder, $"\"{ServerCommand.Version}\"", StringComparison.Ordinal));
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, BankJsonContext.WriterOptions))
        {
            Write(writer, document.RootElement, document.RootElement.GetProperty("x-any-request"));
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, JsonElement anyRequest)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            element.WriteTo(writer);
            return;
        }

        var members = element.TryGetProperty("200", out _)
            ? element.EnumerateObject()
                .UnionBy(anyRequest.EnumerateObject().Where(any => any.Name != "404"), response => response.Name)
                .OrderBy(response => response.Name, StringComparer.Ordinal)
            : element.EnumerateObject().AsEnumerable();
        writer.WriteStartObject();
        foreach (var member in members)
        {
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value, anyRequest);
        }

        writer.WriteEndObject();
    }
}
