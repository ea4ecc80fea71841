using System.Collections.Concurrent;
using Rinha.LoadTest.Contest;
using Rinha.LoadTest.Progress;

namespace Rinha.LoadTest.Tests.Contest;

// Runs all simulations concurrently: each takes many seconds and is nearly idle.
[CollectionDefinition(Name)]
public sealed class Simulations : ICollectionFixture<Simulations>, IDisposable
{
    public const string Name = "simulations";

    // Both bursts and their statements, client 6's statement, and two requests for each of the five others.
    public const int HangingAfter = 25 + 1 + 25 + 1 + 1 + (5 * 2);

    // Light enough for a busy machine.
    internal static readonly ContestSchedule Schedule = new(
        new InjectionProfile(1, 44, RampSeconds: 5, HoldSeconds: 0),
        new InjectionProfile(1, 22, RampSeconds: 5, HoldSeconds: 0),
        new InjectionProfile(1, 4, RampSeconds: 5, HoldSeconds: 0));

    private const int ConcurrentStatements = 4;
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(1.5);

    private readonly ConcurrentDictionary<int, CountdownEvent> _barriers = new();
    private readonly ManualResetEventSlim _answers = new();

    public Simulations()
    {
        Correct = new Simulation(new StubLedger(), stopWhen: null, waitForValidations: true, beforeAnswer: AwaitAll);
        Faulty = new Dictionary<string, Simulation>
        {
            [nameof(Faults.LosesUpdates)] = Opening(Faults.LosesUpdates(first: 2)),
            [nameof(Faults.ReadsStale)] = Opening(Faults.ReadsStale()),
            [nameof(Faults.AcceptsAnything)] = Opening(Faults.AcceptsAnything()),
            [nameof(Faults.RefusesCredits)] = Opening(Faults.RefusesCredits()),
            [nameof(Faults.KnowsUnknownClients)] = Opening(Faults.KnowsUnknownClients()),
            [nameof(Faults.ListsOldestFirst)] = Opening(Faults.ListsOldestFirst()),
            [nameof(Faults.BreaksLimits)] = new Simulation(
                Faults.BreaksLimits(),
                stopWhen: one => one.LoadBegan && one.Bank.Ledger.Injected >= 5,
                waitForValidations: true),
        };
        Waiting = Slow(waitForValidations: true);
        NotWaiting = Slow(waitForValidations: false);
        // Only the five validation users are left: client 6's statement has been answered.
        Interrupted = new Simulation(
            new StubLedger(),
            stopWhen: one => one.Bank.Served == HangingAfter && one.Bank.Open == 5,
            beforeAnswer: Hang);
    }

    // A correct bank, to the end of the load.
    internal Simulation Correct { get; }

    // Faulty banks by fault name, to the start of the load.
    internal IReadOnlyDictionary<string, Simulation> Faulty { get; }

    // A correct bank that is slow in one validation; the load waits for it.
    internal Simulation Waiting { get; }

    // The same, but the load does not wait.
    internal Simulation NotWaiting { get; }

    // A bank that hangs in the second request of every validation; the run is stopped there.
    internal Simulation Interrupted { get; }

    // Clients whose four statements after the fifth transaction were all in flight together.
    internal ConcurrentQueue<int> ConcurrentReaders { get; } = new();

    // Unblocks the hanging bank.
    internal void ReleaseAnswers() => _answers.Set();

    public void Dispose()
    {
        ReleaseAnswers();
        foreach (var simulation in Faulty.Values.Concat([Correct, Waiting, NotWaiting, Interrupted]))
        {
            simulation.Dispose();
        }

        _answers.Dispose();
    }

    // Waits for the validations, so that the load cannot disturb them, and for one request of each kind.
    private static Simulation Opening(StubLedger ledger) => new(
        ledger,
        stopWhen: one => one.LoadBegan && new[] { Scenario.Debits, Scenario.Credits, Scenario.Statements }
            .Select(scenario => one.Control.Latest!.Operations[(int)scenario])
            .All(operation => operation.Completed + operation.Failed > 0),
        waitForValidations: true);

    private static Simulation Slow(bool waitForValidations)
    {
        var loadBegan = new ManualResetEventSlim();
        return new(
            new StubLedger(),
            stopWhen: one =>
            {
                if (one.LoadBegan)
                {
                    loadBegan.Set();
                }

                return one.LoadBegan && one.Control.Latest!.Operations[(int)Scenario.Validations].Completed == 70;
            },
            waitForValidations,
            request =>
            {
                if (request.Body.Contains("devolve", StringComparison.Ordinal) && request.ClientId == 3
                    && request.Body.Contains("\"valor\": 1,", StringComparison.Ordinal))
                {
                    loadBegan.Wait(waitForValidations ? s_slow : Wait.Timeout);
                }
            });
    }

    // Holds each statement after "danada" back until all four have arrived.
    private void AwaitAll(StubRequest request)
    {
        if (request.Body.Contains("danada", StringComparison.Ordinal))
        {
            _barriers[request.ClientId] = new CountdownEvent(ConcurrentStatements);
        }
        else if (request.Method == "GET" && _barriers.TryGetValue(request.ClientId, out var barrier) && !barrier.IsSet)
        {
            var isLast = barrier.Signal();
            if (barrier.Wait(Wait.Timeout) && isLast)
            {
                ConcurrentReaders.Enqueue(request.ClientId);
            }
        }
    }

    private void Hang(StubRequest request)
    {
        if (request.Body.Contains("toma", StringComparison.Ordinal))
        {
            _answers.Wait();
        }
    }
}

// A simulation against a stub bank on its own thread; Dispose stops it.
internal sealed class Simulation : IDisposable
{
    private const int SnapshotsPerSecond = 20;

    private readonly RunInBackground _run;
    private readonly Task _stopper = Task.CompletedTask;

    // stopWhen: when to stop it; null runs it to its end.
    public Simulation(
        StubLedger ledger,
        Func<Simulation, bool>? stopWhen,
        bool waitForValidations = false,
        Action<StubRequest>? beforeAnswer = null)
    {
        Bank = new StubBank(ledger, beforeAnswer: beforeAnswer);
        var options = new ContestOptions(Simulations.Schedule, waitForValidations, Seed: 1);
        BeganAt = Stopwatch.GetTimestamp();
        _run = new RunInBackground(control =>
            ContestSession.Run(Bank.Target, options, Runs.Environment, control, SnapshotsPerSecond));
        if (stopWhen is not null)
        {
            _stopper = Task.Factory.StartNew(
                () =>
                {
                    Wait.Until(() => _run.IsOver || stopWhen(this), "the simulation reaches its stopping point");
                    ServedAtStop = Bank.Served;
                    _run.Control.Stop();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
    }

    public StubBank Bank { get; }

    // From Stopwatch.GetTimestamp.
    public long BeganAt { get; }

    public RunControl Control => _run.Control;

    // Requests the bank had read at the stop.
    public long ServedAtStop { get; private set; }

    public bool LoadBegan => Control.Latest?.Phase == "load";

    // Waits for the run to end.
    public RunReport Report => _run.Report;

    public void Dispose()
    {
        _run.Dispose();
        _stopper.Wait();
        Bank.Dispose();
    }
}
