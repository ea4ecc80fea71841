using System.Text.Json;
using System.Text.Json.Serialization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Output;

/// <summary>Writes a kind of failure as its name in camel case, as all other names in the document are.</summary>
internal sealed class FailureKindConverter()
    : JsonStringEnumConverter<FailureKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
