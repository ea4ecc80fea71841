using System.Text.Json.Serialization;
using Rinha.LoadTest.Journey;

namespace Rinha.LoadTest.Output;

/// <summary>The generated (reflection-free) code that turns journeys into JSON and back.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JourneyReport))]
internal sealed partial class JourneyJsonContext : JsonSerializerContext;
