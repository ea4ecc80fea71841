using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

// openapi.json is valid OpenAPI 3.1, complete, and agrees with the code.
public sealed class ApiDocumentTests
{
    private static readonly ApiContract s_api = ApiContract.Api;

    private static readonly List<JsonElement> s_problems =
    [
        .. typeof(Problem).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null))
            .OfType<Problem>()
            .Concat(Enum.GetValues<TransactionError>().Select(Problem.Of))
            .Select(problem => JsonDocument.Parse(problem.Body).RootElement),
    ];

    private static readonly List<JsonElement> s_examples =
    [
        .. All(s_api.Root.GetProperty("components").GetProperty("responses"))
            .Where(one => HasObject(one, "value") && Has(one.GetProperty("value"), "title"))
            .Select(one => one.GetProperty("value")),
    ];

    [Fact]
    public void It_is_OpenAPI_3_1_without_errors_and_warnings()
    {
        var read = OpenApiDocument.Parse(s_api.Root.GetRawText(), "json");

        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic!.SpecificationVersion);
        Assert.Empty(read.Diagnostic.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(read.Diagnostic.Warnings.Select(warning => $"{warning.Pointer}: {warning.Message}"));
        Assert.Equal(s_api.Operations.Select(one => one.Path).Distinct(), read.Document!.Paths.Keys);
    }

    [Fact]
    public void It_has_the_servers_version_and_the_common_responses_at_every_operation()
    {
        Assert.Equal(ServerCommand.Version, s_api.Root.GetProperty("info").GetProperty("version").GetString());

        var any = s_api.Root.GetProperty("x-any-request").EnumerateObject().Select(response => response.Name);
        Assert.All(s_api.Operations, operation => Assert.Empty(
            any.Except(["404"]).Except(operation.Responses.EnumerateObject().Select(response => response.Name))));
        var post = s_api.Operations.First(operation => operation.Method == "POST").Responses;
        Assert.EndsWith("/InvalidTransactionRequest", post.GetProperty("400").GetProperty("$ref").GetString());
        Assert.EndsWith("/MethodNotAllowed", post.GetProperty("405").GetProperty("$ref").GetString());
    }

    [Fact]
    public void Every_component_is_used_every_required_name_is_defined_and_every_operation_is_described()
    {
        var text = s_api.Root.GetRawText();
        Assert.All(
            s_api.Root.GetProperty("components").EnumerateObject(),
            kind => Assert.All(kind.Value.EnumerateObject(), component => Assert.Contains(
                $"\"#/components/{kind.Name}/{component.Name}\"", text, StringComparison.Ordinal)));
        Assert.All(
            All(s_api.Root).Where(one => Has(one, "required")
                && one.GetProperty("required").ValueKind == JsonValueKind.Array),
            schema => Assert.Empty(schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!)
                .Except(schema.GetProperty("properties").EnumerateObject().Select(property => property.Name))));
        Assert.All(
            All(s_api.Root).Where(one => Has(one, "operationId")),
            operation => Assert.True(Has(operation, "description"), $"{operation.GetProperty("operationId")}"));
    }

    [Fact]
    public void Every_example_matches_its_schema()
    {
        var examples =
            from content in All(s_api.Root)
            where HasObject(content, "schema")
            from example in HasObject(content, "examples")
                ? content.GetProperty("examples").EnumerateObject().Select(one => one.Value.GetProperty("value"))
                : Has(content, "example") ? [content.GetProperty("example")] : []
            select (Schema: content.GetProperty("schema"), Value: example);

        Assert.True(examples.Count() > 30, "the rule sees too few examples");
        Assert.All(examples, example => Assert.Null(s_api.Schemas.Validate(example.Schema, example.Value)));
    }

    [Fact]
    public void Every_problem_in_the_examples_exists_in_the_server() => Assert.Empty(
        s_examples.Where(one => Has(one, "detail")).Select(one => JsonSerializer.Serialize(one))
            .Except(s_problems.Select(one => JsonSerializer.Serialize(one))));

    [Fact]
    public void The_types_of_problems_are_the_same_in_code_proxies_schema_examples_and_page()
    {
        string[] elsewhere = ["nginx/nginx.conf", "stacks/caddy-postgres/Caddyfile"];
        var known = Ordered(s_api.Root.GetProperty("components").GetProperty("schemas").GetProperty("Problem")
            .GetProperty("properties").GetProperty("type").GetProperty("enum").EnumerateArray()
            .Select(type => type.GetString()!));

        Assert.Equal(known, Ordered(s_problems.Select(TypeOf).Concat(
            elsewhere.SelectMany(file => Found(file, "/problems/[a-z-]+")))));
        Assert.Equal(known, Ordered(s_examples.Select(TypeOf)));
        Assert.Equal(
            Ordered(s_examples.Select(one => $"| `{TypeOf(one)}` | {one.GetProperty("status")} |")),
            Ordered(Found("docs/api.md", @"\| `/problems/[a-z-]+` \| [0-9]{3} \|")));
    }

    [Theory]
    [MemberData(nameof(Bodies.Accepted), MemberType = typeof(Bodies))]
    public void An_accepted_body_matches_the_schema(string body, long amount, string kind, string description)
    {
        Assert.NotNull((amount, kind, description).ToString());
        using var json = JsonDocument.Parse(body);
        Assert.Null(s_api.Schemas.Validate("Transaction", json.RootElement));
    }

    [Theory]
    [MemberData(nameof(Bodies.Refused), MemberType = typeof(Bodies))]
    public void A_refused_body_violates_the_schema_unless_no_schema_can_express_it(string body, string error)
    {
        if (error is nameof(TransactionError.Malformed) or nameof(TransactionError.DuplicateField)
            || IsIntegerInAnotherSpelling(body)
            || body.Contains('\u0301')) // The library counts a letter and its combining accent as one.
        {
            return;
        }

        using var json = JsonDocument.Parse(body);
        Assert.NotNull(s_api.Schemas.Validate("Transaction", json.RootElement));
    }

    [Fact]
    public void The_bounds_match_the_server()
    {
        var schemas = s_api.Root.GetProperty("components").GetProperty("schemas");
        Assert.Equal(
            Limits.AmountCentsMax, schemas.GetProperty("Amount").GetProperty("maximum").GetInt64());
        var kinds = Enum.GetValues<TransactionKind>().Select(kind => ((char)kind.Letter()).ToString()).ToList();
        Assert.Equal(
            kinds, schemas.GetProperty("Kind").GetProperty("enum").EnumerateArray().Select(kind => kind.GetString()!));
        using var invalidKind = JsonDocument.Parse(Problem.Of(TransactionError.InvalidKind).Body);
        var detail = invalidKind.RootElement.GetProperty("detail").GetString();
        Assert.All(kinds, kind => Assert.Contains($"\"{kind}\"", detail, StringComparison.Ordinal));
        Assert.Equal(
            Description.ScalarsMax, schemas.GetProperty("Description").GetProperty("maxLength").GetInt32());
        Assert.Contains(
            $"{{1,{Limits.IdempotencyKeyLengthMax}}}",
            s_api.Root.GetProperty("components").GetProperty("parameters").GetProperty("IdempotencyKey")
                .GetProperty("schema").GetProperty("pattern").GetString(),
            StringComparison.Ordinal);
        Assert.Contains(
            $"At most {Limits.BodyBytesMax} bytes.", s_api.Root.GetRawText(), StringComparison.Ordinal);
    }

    // A schema takes 1.0 and 1e2 for the integers 1 and 100; the server rejects them.
    private static bool IsIntegerInAnotherSpelling(string body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty("valor", out var amount)
            && amount.ValueKind == JsonValueKind.Number
            && !amount.TryGetInt64(out _)
            && amount.TryGetDecimal(out var value)
            && value == decimal.Truncate(value)
            && value is >= 1 and <= Limits.AmountCentsMax;
    }

    private static string TypeOf(JsonElement problem) => problem.GetProperty("type").GetString()!;

    private static IEnumerable<string> Found(string file, string pattern) =>
        Regex.Matches(File.ReadAllText(Repository.PathOf(file)), pattern).Select(match => match.Value);

    private static IEnumerable<string> Ordered(IEnumerable<string> texts) =>
        texts.Distinct().Order(StringComparer.Ordinal);

    private static bool Has(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    private static bool HasObject(JsonElement element, string name) =>
        Has(element, name) && element.GetProperty(name).ValueKind == JsonValueKind.Object;

    // The element and its descendants.
    private static IEnumerable<JsonElement> All(JsonElement element)
    {
        var children = element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Select(member => member.Value),
            JsonValueKind.Array => element.EnumerateArray(),
            _ => Enumerable.Empty<JsonElement>(),
        };
        return [element, .. children.SelectMany(All)];
    }
}
