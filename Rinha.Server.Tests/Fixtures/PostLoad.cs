using System.Collections.Concurrent;

namespace Rinha.Server.Tests.Fixtures;

// Clients that post credits of one cent to all five accounts without a pause, each with a unique description, and
// record which were answered with 200. Broken connections are reopened.
internal sealed class PostLoad : IDisposable
{
    private readonly Func<RawConnection> _connect;
    private readonly string _prefix;
    private readonly List<Thread> _threads;
    private readonly ConcurrentBag<string> _answered = [];
    private int _sent;
    private int _refused;
    private volatile bool _stopping;
    private Exception? _failure;

    // Every description begins with the prefix: one or two characters, unique to the load.
    public PostLoad(Func<RawConnection> connect, int threads, string prefix)
    {
        _connect = connect;
        _prefix = prefix;
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Run))];
        _threads.ForEach(thread => thread.Start());
    }

    public int Answered => _answered.Count;

    // How many got another answer or none.
    public int Refused => _refused;

    public void AwaitAnswered(int more)
    {
        var goal = _answered.Count + more;
        Wait.Until(() => _answered.Count >= goal || _failure is not null, $"{goal} posts are answered");
    }

    public void Stop()
    {
        Dispose();
        Assert.Null(_failure);
    }

    // Fails unless the file has every answered post exactly once and the others at most once.
    public void AssertKept(string databasePath)
    {
        using var database = LedgerRows.Open(databasePath);
        database.Execute("CREATE TEMP TABLE answered (descricao TEXT PRIMARY KEY) WITHOUT ROWID");
        database.Execute("INSERT INTO answered VALUES " + string.Join(',', _answered.Select(text => $"('{text}')")));

        Assert.Equal(_answered.Count, database.Query(
            "SELECT count(*) FROM answered JOIN transacoes USING (descricao)"));
        Assert.Equal(0, database.Query(
            $"SELECT count(*) - count(DISTINCT descricao) FROM transacoes WHERE descricao LIKE '{_prefix}-%'"));
        var kept = database.Query($"SELECT count(*) FROM transacoes WHERE descricao LIKE '{_prefix}-%'");
        Assert.InRange(kept, _answered.Count, _answered.Count + _refused);
    }

    public void Dispose()
    {
        _stopping = true;
        _threads.ForEach(thread => thread.Join());
    }

    private void Run()
    {
        RawConnection? connection = null;
        try
        {
            while (!_stopping)
            {
                var number = Interlocked.Increment(ref _sent);
                var description = $"{_prefix}-{number}";
                var request = RawRequest.Post(
                    $"/clientes/{1 + (number % 5)}/transacoes", BankExtensions.TransactionJson(1, 'c', description));
                try
                {
                    connection ??= _connect();
                    if (connection.Exchange(request).Status == 200)
                    {
                        _answered.Add(description);
                        continue;
                    }
                }
                catch (Exception error) when (error is SocketException or EndOfStreamException)
                {
                    connection?.Dispose();
                    connection = null;
                    // The server is down: leave it the CPU to restart.
                    Thread.Sleep(1);
                }

                Interlocked.Increment(ref _refused);
            }
        }
        catch (Exception error)
        {
            _failure = error;
        }
        finally
        {
            connection?.Dispose();
        }
    }
}
