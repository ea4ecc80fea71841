using System.Collections.Concurrent;

namespace Rinha.Chaos.Load;

/// <summary>Single requests to one server, past nginx and beside the load, whose transactions the oracle counts like
/// the load's.</summary>
internal sealed class Probes(Bank bank)
{
    private readonly ConcurrentDictionary<long, (RawAnswer Answer, LoggedTransaction Transaction)> _posts = [];

    private long _nextText = TextCode.Count; // Downwards; the load's begin in the lower half and go up.

    /// <summary>Credits a cent.</summary>
    public (RawAnswer Answer, TimeSpan Time) Post(BankProcess api, int clientId = 1)
    {
        var text = Interlocked.Decrement(ref _nextText);
        var description = new byte[TextCode.Length];
        TextCode.Write(text, description);
        var json = $$"""{"valor":1,"tipo":"c","descricao":"{{Encoding.ASCII.GetString(description)}}"}""";
        var watch = Stopwatch.StartNew();
        var path = $"/clientes/{clientId}/transacoes";
        var answer = RawAnswer.Ask(bank.Past(api), "POST", path, json);
        var time = watch.Elapsed;
        _ = BankAnswer.TryReadTransaction(Encoding.UTF8.GetBytes(answer.Body), out _, out var balanceCents);
        _posts[text] = (answer, new LoggedTransaction(clientId, 1, balanceCents));
        return (answer, time);
    }

    /// <summary>Whether an answer says that it is not known whether the transaction was posted.</summary>
    public static bool LeavesOpen(RawAnswer answer) => BankAnswer.LeavesOpen(Encoding.UTF8.GetBytes(answer.Body));

    public (RawAnswer Answer, TimeSpan Time) Statement(BankProcess api, int clientId = 1)
    {
        var watch = Stopwatch.StartNew();
        var path = $"/clientes/{clientId}/extrato";
        var answer = RawAnswer.Ask(bank.Past(api), "GET", path);
        return (answer, watch.Elapsed);
    }

    /// <summary>Adds what was sent to a log: a 503 that says that nothing was changed is held to that.</summary>
    /// <param name="isRefusalFinal">Whether every 503 is held to that, whatever it says.</param>
    public void AddTo(TransactionLog log, bool isRefusalFinal = false)
    {
        foreach (var (text, (answer, transaction)) in _posts)
        {
            if (answer.Status == 503 && (isRefusalFinal || !LeavesOpen(answer)))
            {
                log.Refused.Add(text);
            }
            else
            {
                (answer.Status == 200 ? log.Acknowledged : log.Unknown)[text] = transaction;
            }
        }
    }
}
