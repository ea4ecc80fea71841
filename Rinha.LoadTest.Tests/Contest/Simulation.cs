using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

/// <summary>A simulation against a stub bank, on a thread of its own; ended when disposed.</summary>
internal sealed class Simulation : IDisposable
{
    private const int FramesPerSecond = 20;

    private readonly RunInBackground _run;
    private readonly Thread? _stopper;

    /// <param name="ledger">The bank's rules.</param>
    /// <param name="stopWhen">When to end it; <see langword="null"/> to let it come to its end.</param>
    /// <param name="waitForValidations">Whether the load waits for all validations.</param>
    /// <param name="beforeAnswer">Called with each request before it is answered.</param>
    public Simulation(
        StubLedger ledger,
        Func<Simulation, bool>? stopWhen,
        bool waitForValidations = false,
        Action<StubRequest>? beforeAnswer = null)
    {
        Bank = new StubBank(ledger, keeps: true, beforeAnswer: beforeAnswer);
        var options = new ContestOptions(Simulations.Schedule, waitForValidations, Seed: 1);
        BeganAt = Stopwatch.GetTimestamp();
        _run = new RunInBackground(control =>
            ContestSession.Run(Bank.Target, options, Runs.Environment, control, FramesPerSecond));
        if (stopWhen is not null)
        {
            _stopper = new Thread(() =>
            {
                SpinWait.SpinUntil(
                    () =>
                    {
                        Thread.Sleep(10);
                        return _run.IsOver || stopWhen(this);
                    },
                    Wait.Timeout);
                ServedAtStop = Bank.Served;
                _run.Control.Stop();
            });
            _stopper.Start();
        }
    }

    public StubBank Bank { get; }

    /// <summary>When it began, from <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long BeganAt { get; }

    public RunControl Control => _run.Control;

    /// <summary>How many requests had been read when it was told to end.</summary>
    public long ServedAtStop { get; private set; }

    public bool LoadBegan => Control.Latest?.Phase == "load";

    /// <summary>The report, waited for.</summary>
    public RunReport Report => _run.Report;

    public void Dispose()
    {
        _run.Dispose();
        _stopper?.Join();
        Bank.Dispose();
    }
}
