using System.Text.Json.Serialization;

namespace Rinha.Server.Http;

/// <summary>A converter for values that the server sends but never receives.</summary>
internal abstract class WriteOnlyConverter<T> : JsonConverter<T>
{
    public sealed override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        throw new NotSupportedException($"{typeof(T).Name} is only written.");
}
