using System.Collections.Concurrent;
using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Load runs inside the test's own process.</summary>
internal static class Runs
{
    /// <summary>What every report says of where it was made.</summary>
    public static readonly EnvironmentReport Environment = new("", "", "", "", 1, "", null);

    /// <summary>A closed loop of so many requests.</summary>
    public static LoadOptions Counted(long iterations, int connections = 1) => new()
    {
        Connections = connections,
        Duration = null,
        Iterations = iterations,
        Seed = 1,
        RequestTimeout = Wait.Timeout,
    };

    /// <summary>A closed loop of so many seconds.</summary>
    public static LoadOptions Timed(double seconds, int connections = 1) => new()
    {
        Connections = connections,
        Duration = TimeSpan.FromSeconds(seconds),
        Seed = 1,
        RequestTimeout = Wait.Timeout,
    };

    /// <summary>Runs on the calling thread.</summary>
    public static RunReport Load(
        Target target, LoadOptions options, RunControl? control = null, IRequestObserver? observer = null) =>
        Session(target, control).Run(options, observer);

    public static LoadSession Session(Target target, RunControl? control = null) =>
        new(target, Environment, control ?? new RunControl(), framesPerSecond: 0);
}

/// <summary>A load run on a thread of its own, which the test can interfere with; ended when disposed.</summary>
internal sealed class RunInBackground : IDisposable
{
    private readonly Thread _thread;
    private RunReport? _report;
    private Exception? _failure;

    public RunInBackground(Func<RunControl, RunReport> run)
    {
        _thread = new Thread(() =>
        {
            try
            {
                _report = run(Control);
            }
            catch (Exception error)
            {
                _failure = error;
            }
        });
        _thread.Start();
    }

    public RunInBackground(Target target, LoadOptions options)
        : this(control => Runs.Load(target, options, control))
    {
    }

    public RunControl Control { get; } = new();

    public bool IsOver => !_thread.IsAlive;

    /// <summary>The report, waited for.</summary>
    public RunReport Report
    {
        get
        {
            Assert.True(_thread.Join(2 * Wait.Timeout), "the run does not end");
            Assert.True(_failure is null, _failure?.ToString());
            return _report!;
        }
    }

    public void Dispose()
    {
        Control.Stop();
        Assert.True(_thread.Join(2 * Wait.Timeout), "the run does not end though it was told to");
    }
}

/// <summary>Reports read back from what the load tester wrote.</summary>
internal static class Reports
{
    /// <summary>Reads a report; fails when there is anything else beside it.</summary>
    public static RunReport Read(string json)
    {
        Assert.StartsWith("{", json, StringComparison.Ordinal);
        Assert.EndsWith("}\n", json, StringComparison.Ordinal);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return JsonReport.Read(stream);
    }
}

/// <summary>Targets from URLs that are known to be good.</summary>
internal static class Targets
{
    private static readonly ConcurrentBag<Socket> s_held = [];

    public static Target Of(string url)
    {
        Assert.True(Target.TryParse(url, out var target, out var error), error);
        return target;
    }

    /// <summary>A port of 127.0.0.1 that nobody listens on.</summary>
    public static string UnusedUrl()
    {
        // Held for as long as the tests run, and nobody listens.
        var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        s_held.Add(held);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return $"http://127.0.0.1:{((IPEndPoint)held.LocalEndPoint!).Port}";
    }
}

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
