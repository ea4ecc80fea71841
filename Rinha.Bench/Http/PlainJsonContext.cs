using System.Text.Json.Serialization;

namespace Rinha.Bench.Http;

/// <summary>The generated code of the plain alternatives.</summary>
[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PlainTransaction))]
[JsonSerializable(typeof(PlainStatement))]
internal sealed partial class PlainJsonContext : JsonSerializerContext;
