using System.Collections.Concurrent;

namespace Rinha.Server.Tests.Fixtures;

// Clients that post credits of one cent to all five accounts without a pause, each under a description of its own, and
// note which were answered with 200. A connection that breaks is opened again.
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

    // The prefix begins every description: one or two characters, another one for each load.
    public PostLoad(Func<RawConnection> connect, int threads, string prefix)
    {
        _connect = connect;
        _prefix = prefix;
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Run))];
        _threads.ForEach(thread => thread.Start());
    }

    public int Answered => _answered.Count;

    // How many were answered with anything else, or not at all.
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

    // Fails unless the file has every answered post exactly once, and none of the others twice.
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
                    // Nobody is there: not so fast that the others get no time to come back.
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
