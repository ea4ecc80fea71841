namespace Rinha.Chaos.Fuzz;

internal static class FuzzJudge
{
    // The errors of RFC 9110 that a request can be the reason for.
    private static readonly int[] s_refusals = [400, 404, 405, 408, 411, 413, 414, 415, 417, 422, 426, 431];
    private static readonly string[] s_balances = [ProblemType.LimitExceeded, ProblemType.BalanceOverflow];

    // Returns what is wrong, without anything of this one case; null when nothing is.
    public static string? Find(FuzzCase sent, FuzzAnswers answers, bool isFront)
    {
        if (answers.IsLate)
        {
            return "neither answered nor closed";
        }

        if (answers.Rest.Length > 0 && !IsOtherVersion(answers.Rest, isFront))
        {
            return "an answer that is torn or not HTTP";
        }

        var (strange, _) = answers.All.FirstOrDefault(one =>
            one.Status != 200 && !s_refusals.Contains(one.Status) && !IsAskedFor(one.Status, sent.Bytes));
        if (strange != 0)
        {
            return $"status {strange}";
        }

        if (isFront && !sent.IsSameThroughNginx)
        {
            return null;
        }

        if (sent.Answers > 0 && answers.All.Count != sent.Answers)
        {
            return $"{answers.All.Count} answers to {sent.Outcome}";
        }

        var (wrong, _) = answers.All.FirstOrDefault(one => !Is(sent.Outcome, one.Status, one.Body, isFront));
        return wrong == 0 ? null : $"status {wrong} for {sent.Outcome}";
    }

    public static bool MayBeHead(FuzzCase sent) => sent.Bytes.AsSpan().IndexOf("HEAD"u8) >= 0;

    private static bool Is(FuzzOutcome outcome, int status, string body, bool isFront) => outcome switch
    {
        FuzzOutcome.Posted => status == 200 || (status == 422 && IsBalance(body)),
        FuzzOutcome.Read => status == 200,
        FuzzOutcome.Unusable => status == 422 && !IsBalance(body),
        FuzzOutcome.Mixed => status is 200 or 422,
        FuzzOutcome.TooLarge => status == 413,
        FuzzOutcome.OtherType => status == 415,
        FuzzOutcome.Nowhere => status == 404 || (isFront && status == 400),
        FuzzOutcome.OtherMethod => status == 405 || (isFront && status == 400),
        FuzzOutcome.Refused => status != 200,
        _ => true,
    };

    private static bool IsBalance(string body) => s_balances.Any(
        type => BankAnswer.IsProblem(Encoding.UTF8.GetBytes(body), type));

    // HTTP/0.9, which nginx still speaks, is a body and nothing else; HTTP/2 is told in its own way, by a frame GOAWAY,
    // that it is not spoken here.
    private static bool IsOtherVersion(string rest, bool isFront) =>
        isFront ? rest.StartsWith('{') : rest.StartsWith("\0\0\b\a\0", StringComparison.Ordinal);

    // 505 is for a version of HTTP, that is what follows the second blank of a request line, 501 for a transfer coding
    // that the server does not have.
    private static bool IsAskedFor(int status, byte[] request) => status switch
    {
        505 => Encoding.Latin1.GetString(request).Split('\n').Any(HasOtherVersion),
        501 => Encoding.Latin1.GetString(request).Contains("transfer-encoding", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static bool HasOtherVersion(string line) =>
        line.TrimEnd('\r').Split(' ') is [_, _, .. var version]
        && string.Join(' ', version) is not ("HTTP/1.0" or "HTTP/1.1");
}

internal sealed class FuzzAnswers
{
    private readonly List<(int Status, string Body)> _answers = [];

    // The final answers; those that only say "go on" (100) are left out.
    public IReadOnlyList<(int Status, string Body)> All => _answers;

    public int Posted => _answers.Count(
        one => one.Status == 200 && one.Body.StartsWith("{\"limite\":", StringComparison.Ordinal));

    public bool KeepsConnection { get; private set; } = true; // Whether the server does, after the last of them.
    public string Rest { get; private set; } = ""; // What follows the last whole answer, if anything does.
    public bool IsGarbage { get; private set; } // Whether the rest cannot become an answer, whatever comes.
    public bool IsLate { get; set; } // Whether the connection was neither used up nor closed in time.

    // Whether the end was sent before any answer had come: nginx may have dropped what it had sent on.
    public bool EndedUnanswered { get; set; }

    // mayBeHead: whether one of the requests is a HEAD, whose answer has a length but no body.
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
