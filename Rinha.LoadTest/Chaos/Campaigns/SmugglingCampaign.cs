using System.Globalization;
using Rinha.LoadTest.Chaos.Fuzz;
using Rinha.LoadTest.Chaos.Smuggling;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Sends pairs of requests of which two readers could disagree, through nginx and past it: where HTTP forbids it the
/// second is never carried out, and what is refused changes nothing.
/// </summary>
internal sealed class SmugglingCampaign : ICampaign
{
    private const int FirstCents = 1_000_000;
    private const int SecondCents = 2_000_000;

    private static readonly IReadOnlyList<SmugglingPair> s_pairs = [.. LengthPairs.All, .. CodingPairs.All];

    /// <inheritdoc/>
    public string Name => "smuggling";

    /// <inheritdoc/>
    public string Fault => "requests hidden in requests, through nginx and past it";

    /// <inheritdoc/>
    public int Times(bool isShort) => s_pairs.Count * 3;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
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
                var one = new FuzzCase(sent.Count, parts.Bytes(pair), FuzzOutcome.Anything);
                var answers = SingleCase.Ask(target, isFront, one, out var isLate);
                var found = isLate ? FuzzJudge.Late : FuzzJudge.Find(one, answers, isFront);
                run.Check(found is null, () => $"{pair.Name} at {target.Url}: {found}");
                sent.Add(new Sent(pair, parts, isFront, answers));
                run.Tried();
            }
        }

        Judge(run, sent, LedgerAmounts.Read(bank.DatabasePath));
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.Check(bank.Apis.Append(bank.Nginx).All(process => process.IsAlive), () => "a process has ended");
        run.Measured(string.Create(
            CultureInfo.InvariantCulture, $"{s_pairs.Count} pairs, {sent.Sum(one => one.Answers.All.Count)} answers"));
    }

    private static void Judge(CampaignRun run, List<Sent> sent, IReadOnlyDictionary<long, long> amounts)
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
