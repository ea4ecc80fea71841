using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

// Reads histories page by page beside a load, newest first, for HistoryCheck. Each request has a new connection, so
// that every instance serves some. Owns its thread.
internal sealed class PageReader : IDisposable
{
    private const int PauseMs = 100;
    private const int PagesInARow = 3;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly Target _target;
    private readonly int _accounts;
    private readonly Random _random;
    private readonly ManualResetEvent _stopping = new(false);
    private readonly Thread _thread;
    private readonly List<LoggedRequest> _pages = [];
    private readonly List<string> _unreadable = [];
    private readonly List<StatementLine> _lines = [];

    public PageReader(Target target, LoadOptions options)
    {
        _target = target;
        _accounts = options.Accounts;
        _random = new Random(options.Seed);
        _thread = new Thread(Run) { Name = "page reader", IsBackground = true };
        _thread.Start();
    }

    // Ends the reading, and adds what was read to a log that no other thread uses.
    public void StopInto(TransactionLog log)
    {
        Dispose();
        _pages.ForEach(page => log.Add(page));
        _pages.ForEach(_ => log.WellFormed.Check(true, () => ""));
        _unreadable.ForEach(body => log.WellFormed.Check(false, () => body));
        _pages.Clear();
        _unreadable.Clear();
    }

    public void Dispose()
    {
        _stopping.Set();
        _thread.Join();
    }

    private void Run()
    {
        while (!_stopping.WaitOne(PauseMs))
        {
            var clientId = _random.Next(_accounts) + 1;
            var before = LoggedRequest.Newest;
            for (var page = 0; page < PagesInARow && before > 0 && TryRead(clientId, ref before); page++)
            {
            }
        }
    }

    // A page that did not come whole, as from a killed server, says nothing. before: of the next page afterwards.
    private bool TryRead(int clientId, ref long before)
    {
        var query = before == LoggedRequest.Newest ? "" : $"?antes={before}";
        var beganAtNs = Clock.NowNs;
        var answer = RawAnswer.Ask(
            _target, "GET", $"/clientes/{clientId}/transacoes{query}", timeout: s_timeout);
        var endedAtNs = Clock.NowNs;
        var body = Encoding.UTF8.GetBytes(answer.Body);
        if (answer.Status != 200
            || !$"{answer.Head}\r\n".Contains($"Content-Length: {body.Length}\r\n", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        _lines.Clear();
        var isReadable = BankAnswer.TryReadPage(body, _lines, out var next);
        var newest = _lines.Count > 0 ? _lines[0].Sequence : 0;
        var hash = new EntriesHash();
        for (var line = 0; line < _lines.Count; line++)
        {
            isReadable &= _lines[line].Sequence == newest - line && _lines[line].Sequence > 0;
            hash.Add(EntriesHash.Of(_lines[line].SignedCents, Encoding.UTF8.GetBytes(_lines[line].Text)));
        }

        var oldest = newest - _lines.Count + 1;
        if (!isReadable || next != (oldest > 1 ? oldest : 0))
        {
            _unreadable.Add($"client {clientId}, page{query}: {answer.Body}");
            return false;
        }

        _pages.Add(new LoggedRequest(Outcome.Page, clientId, _lines.Count, newest, beganAtNs, endedAtNs)
        {
            BalanceCents = before,
            Entries = hash.Value,
        });
        before = next;
        return true;
    }
}
