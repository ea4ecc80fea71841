using Rinha.Chaos.Fuzz;

namespace Rinha.Chaos.Inputs;

/// <summary>Sends pairs of requests of which two readers could disagree, through nginx and past it: where HTTP forbids
/// it the second is never carried out, and what is refused changes nothing.</summary>
internal static class SmugglingCampaign
{
    private const int FirstCents = 1_000_000;
    private const int SecondCents = 2_000_000;

    private static readonly IReadOnlyList<SmugglingPair> s_pairs = [.. LengthPairs.All, .. CodingPairs.All];

    public static int Cases => s_pairs.Count * 3;

    public static void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        var sent = new List<Sent>();
        foreach (var pair in s_pairs)
        {
            foreach (var target in bank.Apis.Select(bank.Past).Append(bank.Front))
            {
                var parts = new SmugglingParts(FirstCents + sent.Count, SecondCents + sent.Count);
                var isFront = target == bank.Front;
                var one = new FuzzCase(parts.Bytes(pair), FuzzOutcome.Anything) { Number = sent.Count };
                var found = FuzzLane.Find(target, isFront, one, out var answers);
                run.Check(found is null, () => $"{pair.Name} at {target.Url}: {found}");
                sent.Add(new Sent(pair, parts, isFront, answers));
                run.Tried();
            }
        }

        Judge(run, sent, PostedRow.ReadAll(bank.DatabasePath).CountBy(row => row.AmountCents).ToDictionary());
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.Check(bank.Processes.All(process => process.IsAlive), () => "a process has ended");
        run.Measured($"{s_pairs.Count} pairs, {sent.Sum(one => one.Answers.All.Count)} answers");
    }

    private static void Judge(CampaignRun run, List<Sent> sent, Dictionary<long, int> amounts)
    {
        foreach (var one in sent)
        {
            var first = amounts.GetValueOrDefault(one.Parts.FirstCents);
            var second = amounts.GetValueOrDefault(one.Parts.SecondCents);
            var statuses = string.Join(' ', one.Answers.All.Select(answer => answer.Status));
            string Says(string what) =>
                $"{one.Pair.Name} {(one.IsFront ? "at" : "past")} nginx: {what}; "
                + $"answers {statuses}, rows {first} and {second}";
            var fate = one.IsFront ? one.Pair.Fate : one.Pair.FatePastNginx;
            var isSecondRight = fate switch
            {
                SecondFate.Forbidden => second == 0,
                SecondFate.Demanded => first == 1 && second == 1,
                _ => second <= 1,
            };
            run.Check(isSecondRight, () => Says($"the second is {fate}"));
            run.Check(first + second == one.Answers.Posted, () => Says("rows and answers of 200 differ"));
            run.Check(
                one.Answers.All.Count <= (fate == SecondFate.Forbidden ? 1 : 2),
                () => Says("more answers than requests"));
        }
    }

    private sealed record Sent(SmugglingPair Pair, SmugglingParts Parts, bool IsFront, FuzzAnswers Answers);
}

/// <summary>A request, and bytes after it that one reading of HTTP takes for its body and another for a second
/// request.</summary>
/// <param name="Fate">What may become of the second request.</param>
internal sealed record SmugglingPair(string Name, SecondFate Fate, Func<SmugglingParts, string> Make)
{
    public SecondFate FatePastNginx { get; init; } = Fate; // What may become of it where nginx is not between.
}

/// <summary>What may become of a second request (RFC 9112).</summary>
internal enum SecondFate
{
    Forbidden, // It is part of a body, or behind a request whose framing is faulty: it is never carried out.
    Allowed, // It is one, if the server takes the first for one.
    Demanded, // It is one: the control that shows that this campaign would see it.
}

/// <summary>What pairs are made of: two credits of amounts that occur once each. All of it is ASCII.</summary>
internal sealed record SmugglingParts(int FirstCents, int SecondCents)
{
    /// <summary>The first request's line and the headers that do not frame it.</summary>
    public const string Head =
        "POST /clientes/4/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

    public string Body => Json(FirstCents);

    public string Second
    {
        get
        {
            var body = Json(SecondCents);
            return "POST /clientes/5/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + $"{Length(body)}\r\n{body}";
        }
    }

    public static string Length(string body) =>
        $"Content-Length: {body.Length}\r\n";

    /// <summary>A body as one chunk, with the last one behind it.</summary>
    public static string Chunk(string body) => $"{Hex(body)}\r\n{body}\r\n0\r\n\r\n";

    public static string Hex(string body) => body.Length.ToString("x", CultureInfo.InvariantCulture);

    public byte[] Bytes(SmugglingPair pair) => Encoding.Latin1.GetBytes(pair.Make(this));

    private static string Json(int cents) =>
        $"{{\"valor\":{cents},\"tipo\":\"c\",\"descricao\":\"pair\"}}";
}
