using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Fixtures;

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
