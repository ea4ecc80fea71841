using Rinha.Server.Http;

namespace Rinha.Server.Tests.Fixtures;

// The contract in /openapi.json. BankExtensions.Send checks every answer against it.
internal sealed class ApiContract
{
    private static readonly string[] s_methods = ["get", "head", "post", "put", "patch", "delete"];

    private ApiContract(ReadOnlyMemory<byte> json)
    {
        Root = JsonDocument.Parse(json).RootElement;
        Schemas = new ApiSchemas(Root);
        Operations =
        [
            .. from path in Root.GetProperty("paths").EnumerateObject()
               from member in path.Value.EnumerateObject()
               where s_methods.Contains(member.Name)
               select new ApiOperation(
                   member.Name.ToUpperInvariant(), path.Name, member.Value.GetProperty("responses")),
        ];
    }

    public static ApiContract Api { get; } = new(ApiDocument.Json);

    public JsonElement Root { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    public ApiSchemas Schemas { get; }

    // Follows a $ref; returns any other element itself.
    public JsonElement Resolve(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("$ref", out var reference))
        {
            return element;
        }

        var target = Root;
        foreach (var name in reference.GetString()!.Split('/').Skip(1))
        {
            Assert.True(target.TryGetProperty(name, out target), $"{reference} leads nowhere");
        }

        return target;
    }

    // Fails unless the answer is documented: its status, its headers, its media type and its body.
    public void AssertDocumented(ReadOnlySpan<byte> request, RawResponse answer)
    {
        var line = Encoding.UTF8.GetString(request[..request.IndexOf("\r\n"u8)]).Split(' ');
        var path = PathOf(line.Length > 1 ? line[1] : "");
        var operation = Operations.FirstOrDefault(one => one.Method == line[0] && one.IsAt(path));
        var what = $"{line[0]} {Shortened(path)}: {answer.StatusLine}";
        var responses = operation?.Responses ?? Root.GetProperty("x-any-request");
        Assert.True(responses.TryGetProperty($"{answer.Status}", out var response), $"{what}: not documented");
        response = Resolve(response);
        AssertHeaders(response, answer, what);
        if (line[0] != "HEAD")
        {
            AssertBody(response, answer, what);
        }
    }

    private static string PathOf(string target)
    {
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority > 0)
        {
            target = target[target.IndexOf('/', authority + 3)..];
        }

        // An encoded slash does not separate segments.
        return Uri.UnescapeDataString(
            target.Split('?', '#')[0].Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase));
    }

    private static string Shortened(string path) => path.Length > 80 ? path[..80] + "…" : path;

    private void AssertHeaders(JsonElement response, RawResponse answer, string what)
    {
        var documented = response.TryGetProperty("headers", out var headers)
            ? headers.EnumerateObject().ToDictionary(header => header.Name, header => Resolve(header.Value))
            : [];
        foreach (var (name, header) in documented)
        {
            var required = header.TryGetProperty("required", out var value) && value.GetBoolean();
            Assert.True(!required || answer.Header(name) is not null, $"{what}: no {name}");
        }

        string[] optional = ["Allow", "Retry-After", "Location", "Idempotent-Replayed", "X-Request-Id"];
        Assert.All(
            optional.Where(name => answer.Header(name) is not null),
            name => Assert.True(documented.ContainsKey(name), $"{what}: {name} is not documented"));
    }

    private void AssertBody(JsonElement response, RawResponse answer, string what)
    {
        var hasContent = response.TryGetProperty("content", out var content);
        if (answer.Body.Length == 0)
        {
            Assert.False(hasContent, $"{what}: no body");
            return;
        }

        var mediaType = answer.Header("Content-Type")?.Split(';')[0];
        Assert.True(
            hasContent && mediaType is not null && content.TryGetProperty(mediaType, out _),
            $"{what}: {mediaType ?? "no media type"} is not documented");
        if (!mediaType!.EndsWith("json", StringComparison.Ordinal))
        {
            return;
        }

        var error = Schemas.Validate(content.GetProperty(mediaType).GetProperty("schema"), answer.Json);
        Assert.True(error is null, $"{what}: {error}\n{answer.Text}");
        if (mediaType == "application/problem+json")
        {
            Assert.Equal(answer.Status, answer.Json.GetProperty("status").GetInt32());
            Assert.Contains(
                answer.Json.GetProperty("type").GetString(),
                content.GetProperty(mediaType).GetProperty("examples").EnumerateObject()
                    .Select(example => example.Value.GetProperty("value").GetProperty("type").GetString()));
        }
    }
}

internal sealed record ApiOperation(string Method, string Path, JsonElement Responses)
{
    // The path of client 1 or of its first transaction, or the path itself.
    public string Example => Of("1");

    public IEnumerable<int> Statuses => Responses.EnumerateObject()
        .Select(response => int.Parse(response.Name, CultureInfo.InvariantCulture));

    // The path of a client, or of its first transaction.
    public string Of(string id) => Path
        .Replace("{id}", id, StringComparison.Ordinal).Replace("{seq}", "1", StringComparison.Ordinal);

    // Whether the path of a request matches; {id} and {seq} are what the router takes for one.
    public bool IsAt(string path)
    {
        var wanted = Path.Split('/');
        var given = path.Split('/');
        return wanted.Length == given.Length
            && wanted.Zip(given).All(
                pair => pair.First is "{id}" or "{seq}" ? IsId(pair.Second) : pair.First == pair.Second);
    }

    public override string ToString() => $"{Method} {Path}";

    private static bool IsId(string text) =>
        text.Length is >= 1 and <= 18 && text[0] != '0' && text.All(char.IsAsciiDigit);
}
