using System.Text.Json.Nodes;
using Json.Schema;

namespace Rinha.Server.Tests.Fixtures;

// The JSON schemas of openapi.json (dialect 2020-12), made stricter: unknown members are errors. So every member of an
// answer is documented, although clients must ignore members they do not know. Thread-safe.
internal sealed class ApiSchemas
{
    private const string Prefix = "#/components/schemas/";

    private readonly Lock _lock = new();
    private readonly JsonObject _definitions;
    private readonly Dictionary<string, JsonSchema> _built = [];

    public ApiSchemas(JsonElement document)
    {
        var schemas = document.GetProperty("components").GetProperty("schemas").GetRawText();
        _definitions = Strict(schemas).AsObject();
    }

    // Returns the errors, or null for a valid value.
    public string? Validate(JsonElement schema, JsonElement value)
    {
        lock (_lock)
        {
            var results = Build(schema.GetRawText())
                .Evaluate(value, new EvaluationOptions { OutputFormat = OutputFormat.List });
            return results.IsValid ? null : Describe(results);
        }
    }

    public string? Validate(string name, JsonElement value) =>
        Validate(JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["$ref"] = Prefix + name }), value);

    private static string Describe(EvaluationResults results) => string.Join("; ",
        from result in results.Details ?? []
        where result.Errors is not null
        from error in result.Errors!
        select $"{result.InstanceLocation}: {error.Value}");

    private JsonSchema Build(string text)
    {
        if (!_built.TryGetValue(text, out var schema))
        {
            var whole = Strict(text).AsObject();
            whole["$schema"] = "https://json-schema.org/draft/2020-12/schema";
            whole["$defs"] = _definitions.DeepClone();
            schema = JsonSchema.FromText(whole.ToJsonString());
            _built.Add(text, schema);
        }

        return schema;
    }

    private static JsonNode Strict(string text)
    {
        var schema = JsonNode.Parse(text.Replace(Prefix, "#/$defs/", StringComparison.Ordinal))!;
        Close(schema);
        return schema;
    }

    private static void Close(JsonNode? node)
    {
        if (node is not JsonObject schema)
        {
            return;
        }

        foreach (var member in schema.ToList())
        {
            Close(member.Value);
        }

        if (schema["properties"] is JsonObject && !schema.ContainsKey("additionalProperties"))
        {
            schema["additionalProperties"] = false;
        }
    }
}
