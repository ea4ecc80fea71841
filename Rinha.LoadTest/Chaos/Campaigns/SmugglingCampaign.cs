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
                var where = target == bank.Front ? "nginx" : "an API";
                var one = new FuzzCase(sent.Count, parts.Bytes(pair), FuzzOutcome.Anything);
                var answers = SingleCase.Ask(target, target == bank.Front, one, out var isLate);
                var found = isLate ? FuzzJudge.Late : FuzzJudge.Find(one, answers, target == bank.Front);
                run.Check(found is null, () => $"{pair.Name} at {where}: {found}");
                sent.Add(new Sent(pair, parts, where, answers));
                run.Tried();
            }
        }

        Judge(run, sent, LedgerAmounts.Read(bank.DatabasePath));
        LedgerCheck.CheckFile(run, bank.DatabasePath);
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
                $"{one.Pair.Name} at {one.Where}: {what}; answers {statuses}, rows {first} and {second}";
            var isSecondRight = one.Pair.Fate switch
            {
                SecondFate.Forbidden => second == 0,
                SecondFate.Demanded => first == 1 && second == 1,
                _ => second <= 1,
            };
            run.Check(isSecondRight, () => Says($"the second is {one.Pair.Fate}"));
            run.Check(first + second == one.Answers.Posted, () => Says("rows and answers of 200 differ"));
            run.Check(
                one.Answers.All.Count <= (one.Pair.Fate == SecondFate.Forbidden ? 1 : 2),
                () => Says("more answers than requests"));
        }
    }

    private sealed record Sent(SmugglingPair Pair, SmugglingParts Parts, string Where, FuzzAnswers Answers);
}
