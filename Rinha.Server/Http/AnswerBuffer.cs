using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Rinha.Server.Http;

// What a thread reuses to make each answer: nothing here outlives the call that sends the answer.
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its thread; the writer holds no resource.")]
internal sealed class AnswerBuffer
{
    // A statement with ten descriptions of ten emoji, each written as two escapes, takes about 2,200 bytes.
    private const int InitialBytes = 4096;

    [ThreadStatic]
    private static AnswerBuffer? s_current;

    private readonly ArrayBufferWriter<byte> _bytes = new(InitialBytes);
    private readonly Utf8JsonWriter _json;

    private AnswerBuffer() => _json = new Utf8JsonWriter(_bytes, BankJsonContext.WriterOptions);

    public static AnswerBuffer Current => s_current ??= new AnswerBuffer();

    // Writes a value as JSON. Returns its bytes; valid until the next call on this thread.
    public ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        _bytes.ResetWrittenCount();
        _json.Reset();
        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
        return _bytes.WrittenMemory;
    }
}
