using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Rinha.LoadTest.Chaos.Storage;

/// <summary>
/// Asks both servers one by one, past nginx, while the storage fails and afterwards, and remembers what it was told.
/// </summary>
internal sealed class Probe(CampaignRun run, Bank bank)
{
    private const int Clients = 5;

    private static readonly TimeSpan s_recoveryMax = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, int> _statuses = [];
    private int _posts;

    /// <summary>The longest that a post was refused after the storage was well again.</summary>
    public TimeSpan LongestRecovery { get; private set; }

    /// <summary>Posts a cent to a server.</summary>
    public RawAnswer Post(BankProcess api)
    {
        var number = Interlocked.Increment(ref _posts);
        var text = string.Create(CultureInfo.InvariantCulture, $"p{number}");
        var client = 1 + (number % Clients);
        var answer = RawAnswer.Ask(
            bank.Past(api),
            "POST",
            string.Create(CultureInfo.InvariantCulture, $"/clientes/{client}/transacoes"),
            $$"""{"valor":1,"tipo":"c","descricao":"{{text}}"}""");
        _statuses[text] = answer.Status;
        return answer;
    }

    /// <summary>A server must refuse a post in time, and say why and that it may be sent again.</summary>
    /// <param name="api">Which.</param>
    /// <param name="word">What the reason must name.</param>
    /// <param name="patience">How soon; posts before may be accepted.</param>
    /// <param name="what">The fault, in words.</param>
    public void AwaitRefusal(BankProcess api, string word, TimeSpan patience, string what)
    {
        RawAnswer answer = new(0, "", "");
        var isRefused = Wait.For(patience, () => (answer = Post(api)).Status != 200);
        run.Check(
            isRefused && answer.Status == 503 && answer.Body.Contains(word, StringComparison.Ordinal)
                && answer.Head.Contains("Retry-After: 1", StringComparison.OrdinalIgnoreCase)
                && answer.Head.Contains("application/problem+json", StringComparison.OrdinalIgnoreCase),
            () => $"{what}: {api.Name} answers a post with {answer.Head} {answer.Body}");
    }

    /// <summary>Both servers must answer every statement.</summary>
    public void CheckStatements(string what)
    {
        foreach (var api in bank.Apis)
        {
            for (var client = 1; client <= Clients; client++)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"/clientes/{client}/extrato");
                var answer = RawAnswer.Ask(bank.Past(api), "GET", path);
                run.Check(
                    answer.Status == 200,
                    () => $"{what}: {api.Name} answers {path} with {answer.Status} {answer.Body}");
            }
        }
    }

    /// <summary>Both servers must be alive and accept posts again.</summary>
    public void AwaitRecovery(string what)
    {
        var watch = Stopwatch.StartNew();
        foreach (var api in bank.Apis)
        {
            RawAnswer answer = new(0, "", "");
            var isWell = Wait.For(Bank.Patience, () => (answer = Post(api)).Status == 200);
            run.Check(isWell, () => $"{what} is over: {api.Name} still answers {answer.Status} {answer.Body}");
            run.Check(api.IsAlive, () => $"{what}: {api.Name} has died: {api.Log.TrimEnd()}");
        }

        run.CheckSpeed(
            watch.Elapsed <= s_recoveryMax,
            () => $"{what} is over: well again after {watch.ElapsedMilliseconds} ms only");
        LongestRecovery = watch.Elapsed > LongestRecovery ? watch.Elapsed : LongestRecovery;
    }

    /// <summary>What was acknowledged is in the ledger once, what was refused is not.</summary>
    public void CheckPosts(IReadOnlyList<PostedRow> history)
    {
        var counts = history.CountBy(row => row.Text).ToDictionary(count => count.Key, count => count.Value);
        foreach (var (text, status) in _statuses)
        {
            var count = counts.GetValueOrDefault(text);
            run.Check(
                status == 200 ? count == 1 : status != 503 || count == 0,
                () => $"the post {text} was answered {status} and is there {count} times");
        }
    }
}
