namespace Rinha.Chaos.Fuzz;

// Decides whether the answers to a case are right.
internal static class FuzzJudge
{
    // The RFC 9110 errors that a request can cause.
    private static readonly int[] s_refusals = [400, 404, 405, 408, 411, 413, 414, 415, 417, 422, 426, 431];
    private static readonly string[] s_balances = [ProblemType.LimitExceeded, ProblemType.BalanceOverflow];

    // Returns the kind of finding, the same text for every case of that kind, or null.
    public static string? Find(FuzzCase sent, FuzzAnswers answers, bool isFront)
    {
        if (answers.IsLate)
        {
            return "neither answered nor closed";
        }

        if (answers.Remainder.Length > 0 && !IsOtherVersion(answers.Remainder, isFront))
        {
            return "a truncated or non-HTTP answer";
        }

        var (unexpected, _) = answers.All.FirstOrDefault(answer =>
            answer.Status != 200 && !s_refusals.Contains(answer.Status) && !IsLegitimate(answer.Status, sent.Bytes));
        if (unexpected != 0)
        {
            return $"status {unexpected}";
        }

        if (isFront && !sent.IsSameThroughNginx)
        {
            return null;
        }

        if (sent.AnswerCount > 0 && answers.All.Count != sent.AnswerCount)
        {
            return $"{answers.All.Count} answers to {sent.Outcome}";
        }

        var (wrong, _) = answers.All.FirstOrDefault(answer => !Is(sent.Outcome, answer.Status, answer.Body, isFront));
        return wrong == 0 ? null : $"status {wrong} for {sent.Outcome}";
    }

    public static bool MayBeHead(FuzzCase sent) => sent.Bytes.AsSpan().IndexOf("HEAD"u8) >= 0;

    private static bool Is(FuzzOutcome outcome, int status, string body, bool isFront) => outcome switch
    {
        FuzzOutcome.Posted => status == 200 || (status == 422 && IsBalance(body)),
        FuzzOutcome.Read => status == 200,
        FuzzOutcome.Invalid => status == 422 && !IsBalance(body),
        FuzzOutcome.Mixed => status is 200 or 422,
        FuzzOutcome.TooLarge => status == 413,
        FuzzOutcome.UnsupportedType => status == 415,
        FuzzOutcome.NotFound => status == 404 || (isFront && status == 400),
        FuzzOutcome.MethodNotAllowed => status == 405 || (isFront && status == 400),
        FuzzOutcome.Refused => status != 200,
        _ => true,
    };

    private static bool IsBalance(string body) => s_balances.Any(
        type => BankAnswer.IsProblem(Encoding.UTF8.GetBytes(body), type));

    // An HTTP/0.9 answer from nginx is a bare body; a server answers an HTTP/2 preface with a GOAWAY frame.
    private static bool IsOtherVersion(string rest, bool isFront) =>
        isFront ? rest.StartsWith('{') : rest.StartsWith("\0\0\b\a\0", StringComparison.Ordinal);

    // 505 is legitimate for another HTTP version (the third word of a request line), 501 for an unknown transfer
    // coding.
    private static bool IsLegitimate(int status, byte[] request) => status switch
    {
        505 => Encoding.Latin1.GetString(request).Split('\n').Any(HasOtherVersion),
        501 => Encoding.Latin1.GetString(request).Contains("transfer-encoding", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static bool HasOtherVersion(string line) =>
        line.TrimEnd('\r').Split(' ') is [_, _, .. var version]
        && string.Join(' ', version) is not ("HTTP/1.0" or "HTTP/1.1");
}

// The answers parsed from what a connection received.
internal sealed class FuzzAnswers
{
    private readonly List<(int Status, string Body)> _answers = [];

    // The final answers, without 100 Continue.
    public IReadOnlyList<(int Status, string Body)> All => _answers;

    public int Posted => _answers.Count(
        answer => answer.Status == 200 && answer.Body.StartsWith("{\"limite\":", StringComparison.Ordinal));

    public bool KeepsConnection { get; private set; } = true; // What the last answer says.
    public string Remainder { get; private set; } = ""; // What follows the last complete answer.
    public bool IsGarbage { get; private set; } // Whether no further bytes can complete the remainder.
    public bool IsLate { get; set; } // Whether the server neither answered nor closed in time.

    // Whether the client shut down before any answer: nginx may have dropped the answer.
    public bool EndedUnanswered { get; set; }

    // mayBeHead: whether a request may be a HEAD, whose answer has a length but no body.
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
                answers.Remainder = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 200)]);
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

    // The headers of a HEAD's answer are followed by nothing, the next answer, or nginx's answer to an HTTP/0.9
    // request: a body of another length that ends the connection. None of the bank's bodies starts like a status line.
    private static bool IsNoBody(ReadOnlySpan<byte> next, int bodyLength, bool ended) =>
        next.IsEmpty
        || next.StartsWith("HTTP/1."u8)
        || (ended
            && next.StartsWith("{"u8)
            && (next.Length < bodyLength || (next.Length > bodyLength && !next[bodyLength..].StartsWith("HTTP/1."u8))));
}
