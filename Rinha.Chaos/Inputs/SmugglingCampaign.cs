using Rinha.Chaos.Fuzz;
using static Rinha.Chaos.Inputs.ExpectedOutcome;
using static Rinha.Chaos.Inputs.SmugglingParts;

namespace Rinha.Chaos.Inputs;

// Sends request pairs whose boundary two parsers could see differently, through nginx and directly to each server.
// Where HTTP forbids it, the second request must never be executed; a refused request changes nothing.
internal static class SmugglingCampaign
{
    private const int FirstCents = 1_000_000;
    private const int SecondCents = 2_000_000;

    public static int Cases => SmugglingPairs.All.Count * 3;

    public static void Run(CampaignRun run, bool isLayer4)
    {
        using var bank = new Bank(run, new BankOptions { IsLayer4 = isLayer4 });
        bank.Start();
        var sent = new List<Exchange>();
        foreach (var pair in SmugglingPairs.All)
        {
            foreach (var target in bank.Apis.Select(bank.DirectTo).Append(bank.Front))
            {
                var parts = new SmugglingParts(FirstCents + sent.Count, SecondCents + sent.Count);
                var isFront = target == bank.Front;
                var request = new FuzzCase(pair.Make(parts), FuzzOutcome.Anything) { Number = sent.Count };
                var found = FuzzLane.Find(target, isFront, !isLayer4, request, out var answers);
                run.Check(found is null, () => $"{pair.Name} at {target.Url}: {found}");
                sent.Add(new Exchange(pair, parts, isFront && !isLayer4, answers));
                run.CountTry();
            }
        }

        Judge(run, sent, PostedRow.ReadAll(bank.DatabasePath).CountBy(row => row.AmountCents).ToDictionary());
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.CheckAlive(bank, "afterwards");
        run.AddResult($"{SmugglingPairs.All.Count} pairs, {sent.Sum(exchange => exchange.Answers.All.Count)} answers");
    }

    private static void Judge(CampaignRun run, List<Exchange> sent, Dictionary<long, int> amounts)
    {
        foreach (var exchange in sent)
        {
            var first = amounts.GetValueOrDefault(exchange.Parts.FirstCents);
            var second = amounts.GetValueOrDefault(exchange.Parts.SecondCents);
            var statuses = string.Join(' ', exchange.Answers.All.Select(answer => answer.Status));
            string Describe(string what) =>
                $"{exchange.Pair.Name} {(exchange.IsFront ? "through nginx" : "at an API")}: {what}; "
                + $"answers {statuses}, rows {first} and {second}";
            var expected = exchange.IsFront ? exchange.Pair.Expected : exchange.Pair.ExpectedDirect;
            var isAsExpected = expected switch
            {
                ExpectedOutcome.Forbidden => second == 0,
                ExpectedOutcome.Required => first == 1 && second == 1,
                _ => second <= 1,
            };
            run.Check(isAsExpected, () => Describe($"the second is {expected}"));
            run.Check(first + second == exchange.Answers.Posted, () => Describe("the rows do not match the 200s"));
            run.Check(
                exchange.Answers.All.Count <= (expected == ExpectedOutcome.Forbidden ? 1 : 2),
                () => Describe("more answers than requests"));
        }
    }

    private sealed record Exchange(SmugglingPair Pair, SmugglingParts Parts, bool IsFront, FuzzAnswers Answers);
}

// A request followed by bytes that one parser may take for its body and another for a second request.
internal sealed record SmugglingPair(string Name, ExpectedOutcome Expected, Func<SmugglingParts, string> Make)
{
    public ExpectedOutcome ExpectedDirect { get; init; } = Expected; // Without nginx in between.
}

internal enum ExpectedOutcome
{
    Forbidden, // The second is part of a body or follows faulty framing: it must never be executed.
    Allowed, // The second may be executed if the server accepts the first.
    Required, // A valid pair: the control that proves the campaign detects an executed second request.
}

// The two credits of a pair, with amounts that occur once each. All text is ASCII.
internal sealed record SmugglingParts(int FirstCents, int SecondCents)
{
    public const string Head =
        "POST /clientes/4/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

    public string Body => Json(FirstCents);

    public string Second => Head.Replace('4', '5') + $"{Length(Json(SecondCents))}\r\n{Json(SecondCents)}";

    public static string Length(string body) => $"Content-Length: {body.Length}\r\n";

    public static string Chunk(string body) => $"{Hex(body)}\r\n{body}\r\n0\r\n\r\n";

    public static string Hex(string body) => body.Length.ToString("x", CultureInfo.InvariantCulture);

    private static string Json(int cents) =>
        $"{{\"valor\":{cents},\"tipo\":\"c\",\"descricao\":\"pair\"}}";
}

internal static class SmugglingPairs
{
    private const ulong Wrap = ulong.MaxValue;
    private const string Chunked = "Transfer-Encoding: chunked\r\n";
    private const string Last = "0\r\n\r\n";
    private const string Host = " HTTP/1.1\r\nHost: a\r\n";

    public static readonly IReadOnlyList<SmugglingPair> All =
    [
        // Content-Length, and where a request ends.
        new("two requests, length", Required, p => With(p, Fit(p))),
        new("same length twice", Allowed, p => With(p, $"{Fit(p)}\r\n{Fit(p)}")),
        new("whitespace around the length", Allowed, p => With(p, $"Content-Length:\t {p.Body.Length} \t")),
        new("longer, then shorter length", Forbidden, p => With(p, Length(p.Body + p.Second) + Fit(p))),
        new("shorter, then longer length", Forbidden, p => With(p, $"{Fit(p)}\r\n{Length(p.Body + p.Second)[..^2]}")),
        new("list of different lengths", Forbidden,
            p => With(p, $"Content-Length: {p.Body.Length}, {(p.Body + p.Second).Length}")),
        // Kestrel reads +5 as 5; without nginx there is no second parser to disagree.
        new("length with a plus sign", Forbidden, p => With(p, $"Content-Length: +{p.Body.Length}"))
            { ExpectedDirect = Allowed },
        new("negative length", Forbidden, p => With(p, $"Content-Length: -{p.Body.Length}")),
        new("length in hexadecimal", Forbidden, p => With(p, $"Content-Length: 0x{Hex(p.Body)}")),
        new("length with a fraction", Forbidden, p => With(p, $"Content-Length: {p.Body.Length}.0")),
        new("length with a space inside", Forbidden, p => With(p, $"Content-Length: {p.Body.Length} 0")),
        new("length past 64 bits", Forbidden,
            p => With(p, $"Content-Length: {(UInt128)Wrap + 1 + (ulong)p.Body.Length}")),
        new("length past 32 bits", Forbidden, p => With(p, $"Content-Length: {0x1_0000_0000 + p.Body.Length}")),
        new("empty length", Forbidden, p => With(p, "Content-Length:")),
        new("space before the colon", Forbidden, p => With(p, $"Content-Length : {p.Body.Length}")),
        new("tab before the colon", Forbidden, p => With(p, $"Content-Length\t: {p.Body.Length}")),
        new("NUL in the length's name", Forbidden, p => With(p, $"Content-Length\0: {p.Body.Length}")),
        new("folded length", Forbidden, p => With(p, $"Content-Length:\r\n {p.Body.Length}")),
        new("length after a bare CR", Forbidden, p => With(p, $"X: a\rContent-Length: {p.Body.Length}")),
        new("length without a colon", Forbidden, p => With(p, $"Content-Length {p.Body.Length}")),
        new("folded header before the length", Forbidden, p => With(p, $"X: a\r\n Content-Length: {p.Body.Length}")),
        new("two hosts", Forbidden, p => With(p, $"Host: b\r\nContent-Length: {p.Body.Length}")),
        new("absolute form", Allowed,
            p => With(p, Fit(p)).Replace(" /cl", " http://a/cl", StringComparison.Ordinal)),
        new("second in the body of a GET", Forbidden, p => Inside(p, "GET /clientes/4/extrato" + Host)),
        new("second in the body of a HEAD", Forbidden, p => Inside(p, "HEAD /clientes/4/extrato" + Host)),
        new("second in a body for another method", Forbidden, p => Inside(p, "PUT /clientes/4/transacoes" + Host)),
        new("second in a body for an unknown account", Forbidden, p => Inside(p, "POST /clientes/9/transacoes" + Host)),
        new("second in a body of another type", Forbidden,
            p => Inside(p, Head.Replace("json", "text", StringComparison.Ordinal))),
        new("second in a body after Expect", Forbidden, p => Inside(p, Head + "Expect: 100-continue\r\n")),
        new("second in a body over the limit", Forbidden, p => Head + $"Content-Length: 99999\r\n\r\n{p.Second}"),
        new("second in a truncated body", Forbidden, p => Head + $"Content-Length: 900\r\n\r\n{p.Second}"),
        new("after HTTP/0.9", Forbidden, p => "GET /clientes/4/extrato\r\n" + p.Second),
        new("after HTTP/1.0", Forbidden, p => "GET /clientes/4/extrato HTTP/1.0\r\n\r\n" + p.Second),
        new("after a close", Forbidden, p => With(p, $"Connection: close\r\n{Fit(p)}")),
        new("after an upgrade", Allowed, p => With(p, $"Connection: upgrade\r\nUpgrade: h2c\r\n{Fit(p)}")),
        new("line ends without CR", Allowed,
            p => (Head + Length(p.Body) + "\r\n").Replace("\r\n", "\n", StringComparison.Ordinal)
                + p.Body + p.Second),

        // Transfer-Encoding and its chunks.
        new("two requests, chunked", Required, p => Coded(p, "Transfer-Encoding: chunked")),
        new("trailers", Allowed,
            p => Head + Chunked + "\r\n" + Chunk(p.Body)[..^2] + "Content-Length: 500\r\n\r\n" + p.Second),
        new("coding in upper case", Allowed, p => Coded(p, "Transfer-Encoding: CHUNKED")),
        new("tab before the coding", Allowed, p => Coded(p, "Transfer-Encoding:\tchunked")),
        new("unknown coding before chunked", Allowed, p => Coded(p, "Transfer-Encoding: identity, chunked")),
        new("length, then coding", Forbidden, p => Both(p, "Transfer-Encoding: chunked")),
        new("coding, then length", Forbidden,
            p => Head + Chunked + Length(Last + p.Second) + "\r\n" + Last + p.Second),
        new("second in a chunk, shorter length", Forbidden,
            p => Head + Chunked + $"Content-Length: {Hex(p.Second).Length + 2}\r\n\r\n" + Chunk(p.Second)),
        new("second in a chunk", Forbidden, p => Head + Chunked + "\r\n" + Chunk(p.Second)),
        new("chunked is not last", Forbidden, p => Coded(p, "Transfer-Encoding: chunked, identity")),
        new("chunked is not last, two lines", Forbidden,
            p => Coded(p, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")),
        new("chunked is not last, a length", Forbidden, p => Both(p, "Transfer-Encoding: chunked, identity")),
        new("another coding and a length", Forbidden, p => Both(p, "Transfer-Encoding: xchunked")),
        new("quoted coding and a length", Forbidden, p => Both(p, "Transfer-Encoding: \"chunked\"")),
        new("coding with a vertical tab", Forbidden, p => Both(p, "Transfer-Encoding: \vchunked")),
        new("coding with a space in its name", Forbidden, p => Both(p, "Transfer Encoding: chunked")),
        new("space before the coding's colon", Forbidden, p => Both(p, "Transfer-Encoding : chunked")),
        new("NUL in the coding's name", Forbidden, p => Both(p, "Transfer-Encoding\0: chunked")),
        new("folded coding", Forbidden, p => Both(p, "Transfer-Encoding:\r\n chunked")),
        new("coding folded into another header", Forbidden, p => Both(p, "X: a\r\n Transfer-Encoding: chunked")),
        new("coding after a bare LF", Forbidden, p => Both(p, "X: a\nTransfer-Encoding: chunked")),
        new("coding after a bare CR", Forbidden, p => Both(p, "X: a\rTransfer-Encoding: chunked")),
        new("chunked in HTTP/1.0", Forbidden,
            p => (Head + "Connection: keep-alive\r\n").Replace("1.1", "1.0", StringComparison.Ordinal)
                + Chunked + "\r\n" + Chunk(p.Body) + p.Second),
        new("chunk size past 64 bits", Forbidden, p => Sized(p, $"1{Hex(p.Body).PadLeft(16, '0')}")),
        new("chunk size past 32 bits", Forbidden, p => Sized(p, $"1{Hex(p.Body).PadLeft(8, '0')}")),
        new("chunk size with a prefix", Forbidden, p => Sized(p, $"0x{Hex(p.Body)}")),
        new("chunk size with a sign", Forbidden, p => Sized(p, $"+{Hex(p.Body)}")),
        new("negative chunk size", Forbidden, p => Sized(p, "-1")),
        new("empty chunk size", Forbidden, p => Sized(p, "")),
        // nginx accepts a bare LF as a line end (RFC 9112 §2.2 allows it) and reframes what it forwards.
        new("chunk with a bare LF in its extension", Allowed,
            p => Head + Chunked + "\r\n1;a\nX\r\n" + Last + p.Second)
            { ExpectedDirect = Forbidden },
        new("chunk with a bare CR in its extension", Forbidden,
            p => Head + Chunked + "\r\n1;a\rX\r\n" + Last + p.Second),
        new("chunk without a line end", Forbidden,
            p => Head + Chunked + $"\r\n{Hex(p.Body)}\r\n{p.Body}XX{Last}{p.Second}"),
        new("chunk longer than its size", Forbidden, p => Sized(p, "1")),
        new("second after a truncated chunk", Forbidden,
            p => Head + Chunked + $"\r\n{Hex(p.Body + p.Second + p.Second)}\r\n{p.Body}{p.Second}"),
    ];

    private static string Fit(SmugglingParts parts) => $"Content-Length: {parts.Body.Length}";

    private static string With(SmugglingParts parts, string header) =>
        $"{Head}{header}\r\n\r\n{parts.Body}{parts.Second}";

    private static string Inside(SmugglingParts parts, string head) =>
        $"{head}{Length(parts.Second)}\r\n{parts.Second}";

    private static string Coded(SmugglingParts parts, string header) =>
        $"{Head}{header}\r\n\r\n{Chunk(parts.Body)}{parts.Second}";

    // By its coding, the body ends at the last chunk; by its length, it includes the second request.
    private static string Both(SmugglingParts parts, string header) =>
        $"{Head}{Length(Last + parts.Second)}{header}\r\n\r\n{Last}{parts.Second}";

    private static string Sized(SmugglingParts parts, string size) =>
        $"{Head}{Chunked}\r\n{size}\r\n{parts.Body}\r\n{Last}{parts.Second}";
}
