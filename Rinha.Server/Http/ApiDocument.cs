namespace Rinha.Server.Http;

// What GET /openapi.json answers: openapi.json, without its blanks and with the version of this server.
internal static class ApiDocument
{
    private const string Resource = "openapi.json";
    private const string VersionPlaceholder = "\"0.0.0\"";

    // OpenAPI 3.1 in UTF-8; made when it is asked for the first time.
    public static ReadOnlyMemory<byte> Json { get; } = Create();

    private static byte[] Create()
    {
        using var resource = new StreamReader(typeof(ApiDocument).Assembly.GetManifestResourceStream(Resource)!);
        using var document = JsonDocument.Parse(resource.ReadToEnd().Replace(
            VersionPlaceholder, $"\"{ServerCommand.Version}\"", StringComparison.Ordinal));
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, BankJsonContext.WriterOptions))
        {
            document.WriteTo(writer);
        }

        return bytes.ToArray();
    }
}
