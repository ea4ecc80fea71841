using Rinha.Server.Http;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>
/// What /openapi.json promises. Whatever a test asks a bank with <see cref="BankExtensions.Send"/> is held against it.
/// </summary>
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

    /// <summary>What a reference points to, or the element itself when it is none.</summary>
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

    /// <summary>Fails unless the answer is documented: its status, its headers, its media type and its body.</summary>
    public void AssertKept(ReadOnlySpan<byte> request, RawResponse answer)
    {
        var line = Encoding.UTF8.GetString(request[..request.IndexOf("\r\n"u8)]).Split(' ');
        var path = PathOf(line.Length > 1 ? line[1] : "");
        var operation = Operations.FirstOrDefault(one => one.Method == line[0] && one.IsAt(path));
        var asked = $"{line[0]} {Shortened(path)}: {answer.StatusLine}";
        var responses = operation?.Responses ?? Root.GetProperty("x-any-request");
        Assert.True(responses.TryGetProperty($"{answer.Status}", out var response), $"{asked}: not documented");
        response = Resolve(response);
        AssertHeaders(response, answer, asked);
        if (line[0] != "HEAD")
        {
            AssertBody(response, answer, asked);
        }
    }

    private static string PathOf(string target)
    {
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority > 0)
        {
            target = target[target.IndexOf('/', authority + 3)..];
        }

        // An encoded slash does not part a path.
        return Uri.UnescapeDataString(
            target.Split('?', '#')[0].Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase));
    }

    private static string Shortened(string path) => path.Length > 80 ? path[..80] + "…" : path;

    private void AssertHeaders(JsonElement response, RawResponse answer, string asked)
    {
        var documented = response.TryGetProperty("headers", out var headers)
            ? headers.EnumerateObject().ToDictionary(header => header.Name, header => Resolve(header.Value))
            : [];
        foreach (var (name, header) in documented)
        {
            var required = header.TryGetProperty("required", out var value) && value.GetBoolean();
            Assert.True(!required || answer.Header(name) is not null, $"{asked}: no {name}");
        }

        string[] telling = ["Allow", "Retry-After"];
        Assert.All(
            telling.Where(name => answer.Header(name) is not null),
            name => Assert.True(documented.ContainsKey(name), $"{asked}: {name} is not documented"));
    }

    private void AssertBody(JsonElement response, RawResponse answer, string asked)
    {
        var hasContent = response.TryGetProperty("content", out var content);
        if (answer.Body.Length == 0)
        {
            Assert.True(!hasContent || response.TryGetProperty("x-body-optional", out _), $"{asked}: no body");
            return;
        }

        var mediaType = answer.Header("Content-Type")?.Split(';')[0];
        Assert.True(
            hasContent && mediaType is not null && content.TryGetProperty(mediaType, out _),
            $"{asked}: {mediaType ?? "no media type"} is not documented");
        if (!mediaType!.EndsWith("json", StringComparison.Ordinal))
        {
            return;
        }

        var wrong = Schemas.Judge(content.GetProperty(mediaType).GetProperty("schema"), answer.Json);
        Assert.True(wrong is null, $"{asked}: {wrong}\n{answer.Text}");
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
    /// <summary>The path of client 1, or the path itself.</summary>
    public string Example => Path.Replace("{id}", "1", StringComparison.Ordinal);

    public IEnumerable<int> Statuses => Responses.EnumerateObject()
        .Select(response => int.Parse(response.Name, CultureInfo.InvariantCulture));

    /// <summary>Whether this is the path of the request; a number is one as the router sees it.</summary>
    public bool IsAt(string path)
    {
        var wanted = Path.Split('/');
        var given = path.Split('/');
        return wanted.Length == given.Length
            && wanted.Zip(given).All(pair => pair.First == "{id}" ? IsId(pair.Second) : pair.First == pair.Second);
    }

    public override string ToString() => $"{Method} {Path}";

    private static bool IsId(string text) =>
        text.Length is >= 1 and <= 18 && text[0] != '0' && text.All(char.IsAsciiDigit);
}
