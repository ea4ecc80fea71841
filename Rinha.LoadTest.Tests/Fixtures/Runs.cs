using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Tests.Output;

namespace Rinha.LoadTest.Tests.Fixtures;

// Load runs inside the test process.
internal static class Runs
{
    public static readonly EnvironmentReport Environment = new("", "", "", "", 1, "", null);

    public static LoadOptions Counted(long iterations, int connections = 1) =>
        Timed(0, connections) with { Duration = null, Iterations = iterations };

    public static LoadOptions Timed(double seconds, int connections = 1) => new()
    {
        Connections = connections,
        Duration = TimeSpan.FromSeconds(seconds),
        Seed = 1,
        RequestTimeout = Wait.Timeout,
    };

    public static RunReport Load(
        Target target, LoadOptions options, RunControl? control = null, IRequestObserver? observer = null) =>
        Session(target, control).Run(options, observer);

    public static LoadSession Session(Target target, RunControl? control = null) =>
        new(target, Environment, control ?? new RunControl(), snapshotsPerSecond: 0);
}

// A load run on its own thread, controllable by the test; Dispose stops it.
internal sealed class RunInBackground : IDisposable
{
    private readonly Task<RunReport> _run;

    public RunInBackground(Func<RunControl, RunReport> run) => _run = Task.Factory.StartNew(
        () => run(Control), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public RunInBackground(Target target, LoadOptions options)
        : this(control => Runs.Load(target, options, control))
    {
    }

    public RunControl Control { get; } = new();

    public bool IsOver => _run.IsCompleted;

    public RunReport Report
    {
        get
        {
            Assert.True(_run.Wait(2 * Wait.Timeout), "the run does not end");
            return _run.Result;
        }
    }

    public void Dispose()
    {
        Control.Stop();
        Assert.True(_run.Wait(2 * Wait.Timeout), "the run does not end after Stop");
    }
}

// Runs an action on the event loop's thread for each answer.
internal sealed class AnswerObserver(Action act) : IRequestObserver
{
    public void OnAnswer(in RequestPlan plan, in Answer answer) => act();

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
    }
}

// Parses reports that the load tester wrote.
internal static class Reports
{
    // Asserts that the report is the only content.
    public static RunReport Read(string json)
    {
        Assert.StartsWith("{", json, StringComparison.Ordinal);
        Assert.EndsWith("}\n", json, StringComparison.Ordinal);
        return SampleRuns.FromJson(json);
    }
}

// Targets from valid URLs.
internal static class Targets
{
    public static Target Of(string url)
    {
        Assert.True(Target.TryParse(url, out var target, out var error), error);
        return target;
    }

    // A port of 127.0.0.1 without a listener.
    public static string UnusedUrl() => $"http://{FreePort.Next()}";
}

// Sends one request repeatedly over one connection, each after the previous outcome.
internal sealed class SequentialClient : IDriver, IConnectionOwner
{
    private const long TickNs = 1_000_000;

    private readonly byte[] _request;
    private readonly int _count;
    private readonly bool _awaitsEnd;
    private readonly Connection _connection;
    private readonly List<string> _outcomes = [];
    private readonly long _endsAtNs = Clock.NowNs + (long)Wait.Timeout.TotalNanoseconds;

    private SequentialClient(EventLoop loop, byte[] request, int count, bool awaitsEnd)
    {
        _request = request;
        _count = count;
        _awaitsEnd = awaitsEnd;
        _connection = loop.Rent(this);
    }

    public bool IsDone => _outcomes.Count == _count && HasEnded;

    private bool HasEnded => !_awaitsEnd || _connection.Generation == _outcomes.Count;

    // Returns the outcomes: status and body, or the failure's name.
    // awaitsEnd: wait for the server to close the connection after each answer.
    public static IReadOnlyList<string> Run(
        Target target, int count = 1, string request = "GET / HTTP/1.1\r\n\r\n", bool awaitsEnd = false)
    {
        using var loop = new EventLoop(target, Wait.Timeout, Wait.Timeout);
        var driver = new SequentialClient(loop, Encoding.Latin1.GetBytes(request), count, awaitsEnd);
        loop.Run(driver);
        return driver._outcomes;
    }

    public long OnTick(long nowNs)
    {
        Assert.True(nowNs < _endsAtNs, $"only {_outcomes.Count} outcomes of {_count}, or a connection that stays open");
        if (!_connection.IsBusy && HasEnded)
        {
            _request.CopyTo(_connection.RequestBuffer);
            _connection.Send(_request.Length, nowNs);
        }

        return nowNs + TickNs;
    }

    public void OnAnswer(Connection connection, in Answer answer) =>
        _outcomes.Add($"{answer.Status} {Encoding.Latin1.GetString(answer.Body)}");

    public void OnFailure(Connection connection, FailureKind kind) => _outcomes.Add(kind.ToString());
}
