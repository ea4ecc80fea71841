namespace Rinha.LoadTest.Http;

/// <summary>Where an answer lies in the bytes received.</summary>
/// <param name="Status">Its HTTP status.</param>
/// <param name="BodyStart">Where its body starts.</param>
/// <param name="BodyLength">How long its body is, unchunked.</param>
/// <param name="Consumed">How many bytes it takes on the wire.</param>
/// <param name="KeepAlive">Whether the connection can be used again.</param>
internal readonly record struct AnswerShape(
    int Status, int BodyStart, int BodyLength, int Consumed, bool KeepAlive);
