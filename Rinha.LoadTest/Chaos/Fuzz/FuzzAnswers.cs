using System.Text;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>All answers that came back on a connection for one case.</summary>
internal sealed class FuzzAnswers
{
    private readonly List<(int Status, string Body)> _answers = [];

    private FuzzAnswers()
    {
    }

    /// <summary>The final answers; those that only say "go on" (100) are left out.</summary>
    public IReadOnlyList<(int Status, string Body)> All => _answers;

    /// <summary>How many of them say that a transaction was posted.</summary>
    public int Posted => _answers.Count(
        one => one.Status == 200 && one.Body.StartsWith("{\"limite\":", StringComparison.Ordinal));

    /// <summary>Whether the server keeps the connection after the last of them.</summary>
    public bool KeepsConnection { get; private set; } = true;

    /// <summary>What follows the last whole answer, if anything does.</summary>
    public string Rest { get; private set; } = "";

    /// <summary>Whether the rest cannot become an answer, whatever comes.</summary>
    public bool IsGarbage { get; private set; }

    /// <summary>Reads what has come.</summary>
    /// <param name="bytes">It; joined in place where it is chunked.</param>
    /// <param name="ended">Whether no more will come.</param>
    /// <param name="mayBeHead">Whether one of the requests is a HEAD, whose answer has a length but no body.</param>
    public static FuzzAnswers Read(Span<byte> bytes, bool ended, bool mayBeHead)
    {
        var answers = new FuzzAnswers();
        while (!bytes.IsEmpty)
        {
            var state = AnswerParser.Parse(bytes, ended, out var shape);
            var body = bytes[Math.Min(shape.BodyStart, bytes.Length)..];
            if (mayBeHead && shape is { BodyStart: > 0, BodyLength: > 0 } && IsNoBody(body, shape.BodyLength, ended))
            {
                shape = shape with { BodyLength = 0, Consumed = shape.BodyStart };
                state = ParseState.Complete;
            }

            if (state != ParseState.Complete)
            {
                answers.IsGarbage = state == ParseState.Garbage;
                answers.Rest = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 200)]);
                break;
            }

            if (shape.Status >= 200)
            {
                answers._answers.Add(
                    (shape.Status, Encoding.UTF8.GetString(bytes.Slice(shape.BodyStart, shape.BodyLength))));
                answers.KeepsConnection = shape.KeepAlive;
            }

            bytes = bytes[shape.Consumed..];
        }

        return answers;
    }

    // What follows the headers of a HEAD's answer: nothing, the next answer (no body of the bank's begins as one does),
    // or nginx's answer to a request in HTTP/0.9, which is a body of another length and the connection's end.
    private static bool IsNoBody(ReadOnlySpan<byte> next, int bodyLength, bool ended) =>
        next.IsEmpty
        || next.StartsWith("HTTP/1."u8)
        || (ended
            && next.StartsWith("{"u8)
            && (next.Length < bodyLength || (next.Length > bodyLength && !next[bodyLength..].StartsWith("HTTP/1."u8))));
}
