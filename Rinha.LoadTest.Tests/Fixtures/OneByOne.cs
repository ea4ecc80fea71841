using System.Text;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Sends one request so many times over one connection, each after the outcome of the one before.</summary>
internal sealed class OneByOne : IDriver, IConnectionOwner
{
    private const long TickNs = 5_000_000;

    private readonly byte[] _request;
    private readonly int _count;
    private readonly Connection _connection;
    private readonly long _endsAtNs = Clock.NowNs + (long)Wait.Timeout.TotalNanoseconds;

    private OneByOne(EventLoop loop, byte[] request, int count)
    {
        _request = request;
        _count = count;
        _connection = loop.Rent(this);
    }

    public bool IsDone => Outcomes.Count == _count;

    /// <summary>Status and body of an answer, or the name of a failure.</summary>
    private List<string> Outcomes { get; } = [];

    /// <summary>Sends, and returns the outcomes: <c>200 body</c>, or the failure's name.</summary>
    public static IReadOnlyList<string> Run(
        Target target, int count = 1, string request = "GET / HTTP/1.1\r\n\r\n", TimeSpan? timeout = null)
    {
        using var loop = new EventLoop(target, timeout ?? Wait.Timeout, timeout ?? Wait.Timeout);
        var driver = new OneByOne(loop, Encoding.Latin1.GetBytes(request), count);
        loop.Run(driver);
        return driver.Outcomes;
    }

    public long OnTick(long nowNs)
    {
        Assert.True(nowNs < _endsAtNs, $"only {Outcomes.Count} outcomes of {_count}");
        if (!_connection.IsBusy)
        {
            _request.CopyTo(_connection.RequestBuffer);
            _connection.Send(_request.Length, nowNs);
        }

        return nowNs + TickNs;
    }

    public void OnAnswer(Connection connection, in Answer answer) =>
        Outcomes.Add($"{answer.Status} {Encoding.Latin1.GetString(answer.Body)}");

    public void OnFailure(Connection connection, FailureKind kind) => Outcomes.Add(kind.ToString());
}
