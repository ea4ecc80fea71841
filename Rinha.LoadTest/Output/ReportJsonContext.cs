using System.Text.Json.Serialization;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The generated (reflection-free) code that turns reports into JSON and back.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(FailureKindConverter)])]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
