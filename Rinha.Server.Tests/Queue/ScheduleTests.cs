using System.Runtime.CompilerServices;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Queue;

// Two instances on one file, whose threads take their steps in a random order: every schedule answers each write once,
// applies it if and only if it was accepted, and forgets none. A move is a call of the queue, the round or the turn;
// docs/models has the interleavings inside them. A failure prints a seed and the shortest schedule that fails; replay
// it with CsCheck_Seed, and set the number of schedules with CsCheck_Iter (docs/reliability.md).
[Collection(RunsAlone.Name)]
public sealed class ScheduleTests : IDisposable
{
    private const int SchedulesInShort = 4_000;

    private static readonly Gen<Move[]> s_schedules = Gen.Enum<Move>().Array[1, 40];

    private readonly LedgerOnDisk _storage = new();

    public enum Move
    {
        Join, // The first instance's event loop: a write joins the round.
        JoinWithKey,
        TryCommit,
        HandOver,
        Add, // Another of its threads: a write from outside a round.
        Write, // Its writer's thread: sleeps, or takes a turn.
        RefuseOverdue, // Its busy check: the oldest write has waited too long.
        OtherJoinWithKey, // The second instance's event loop.
        OtherTryCommit,
        OtherWrite,
        EnterGate, // A third one is inside the gate, for a while.
        ExitGate,
    }

    public enum Fault
    {
        None,
        ForgetsToWake,
        RefusesWhatIsQueued,
        AnswersTwice,
    }

    [Fact]
    public void Every_schedule_answers_each_write_once_and_loses_none() =>
        Explore(instances => new Schedule(instances));

    // Otherwise the exploration would prove nothing.
    [Theory]
    [InlineData(Fault.ForgetsToWake)]
    [InlineData(Fault.RefusesWhatIsQueued)]
    [InlineData(Fault.AnswersTwice)]
    public void A_planted_fault_is_found(Fault fault) =>
        Assert.Throws<CsCheckException>(() => Explore(instances => new Schedule(instances) { Fault = fault }));

    public void Dispose() => _storage.Dispose();

    private void Explore(Func<Instances, Schedule> begin)
    {
        var instances = new Instances(_storage.FilePath);
        var iterations = Environment.GetEnvironmentVariable("CsCheck_Iter") is null ? SchedulesInShort : -1;
        try
        {
            s_schedules.Sample(Run, iter: iterations, threads: 1);
        }
        finally
        {
            instances.Dispose();
        }

        void Run(Move[] schedule)
        {
            try
            {
                begin(instances).Run(schedule);
            }
            catch
            {
                // The next, shorter one must not find what this one has left.
                instances.Dispose();
                instances = new Instances(_storage.FilePath);
                throw;
            }
        }
    }

    private sealed class Instances : IDisposable
    {
        private readonly SqliteCommand _balance;

        public Instances(string path)
        {
            First = new Instance(path);
            Second = new Instance(path);
            Gate = new Gate(path);
            _balance = LedgerRows.Open(path).CreateCommand();
            _balance.CommandText = "SELECT saldo FROM clientes WHERE id = 1";
            BalanceCents = ReadBalanceCents();
        }

        public Instance First { get; }

        public Instance Second { get; }

        public Gate Gate { get; }

        public bool IsGateTaken { get; set; }

        public long BalanceCents { get; set; } // Of account 1, as it must be.

        public long ReadBalanceCents() => (long)_balance.ExecuteScalar()!;

        public void Dispose()
        {
            _balance.Connection!.Dispose();
            _balance.Dispose();
            Gate.Dispose();
            First.Dispose();
            Second.Dispose();
        }
    }

    // A SqliteLedger whose threads are moves.
    private sealed class Instance : IDisposable
    {
        private readonly LedgerFile _file;
        private readonly Checkpointer _checkpointer;
        private readonly Batch _batch = new();
        private bool _sleeps;

        public Instance(string path)
        {
            var (errors, metrics) = (new ThrottledErrorLog(NullLogger.Instance), new LedgerMetrics());
            _file = LedgerFile.Open(path, Synchronous.Normal);
            _checkpointer = new Checkpointer(_file, errors, metrics);
            Turn = new CommitTurn(_file, Queue, _checkpointer, errors, metrics);
            Round = new LoopRound(Queue, Turn, commitsSync: false);
        }

        public WriteQueue Queue { get; } = new();

        public CommitTurn Turn { get; }

        public LoopRound Round { get; }

        // WriterThread.Run and WriteQueue.Wait, without the sleep: does nothing while the thread would sleep.
        public void Write()
        {
            if (_sleeps && !WakeOf(Queue).WaitOne(0))
            {
                return;
            }

            _sleeps = Queue.Count == 0;
            if (_sleeps)
            {
                WriterWaitsOf(Queue) = true;
                return;
            }

            Turn.Take(_batch);
            _batch.Complete();
        }

        public void Dispose()
        {
            Queue.Dispose();
            Turn.Dispose();
            _checkpointer.Dispose();
        }

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_writerWaits")]
        private static extern ref bool WriterWaitsOf(WriteQueue queue);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_wake")]
        private static extern ref AutoResetEvent WakeOf(WriteQueue queue);
    }

    // One schedule, and what must hold at its end.
    private sealed class Schedule(Instances instances)
    {
        private readonly List<(PendingPost Post, Task<WriteOutcome> Task)> _writes = [];
        private readonly string _key = $"{Guid.NewGuid()}";

        public Fault Fault { get; init; }

        public void Run(Move[] moves)
        {
            foreach (var move in moves)
            {
                Take(move);
            }

            Finish();
            Check();
        }

        private void Take(Move move)
        {
            var (first, second) = (instances.First, instances.Second);
            switch (move)
            {
                case Move.Join:
                    Note(post => first.Round.JoinAsync(post));
                    break;
                case Move.JoinWithKey:
                    Note(post => first.Round.JoinAsync(post), hasKey: true);
                    break;
                case Move.TryCommit:
                    _ = first.Round.TryCommit();
                    break;
                case Move.HandOver:
                    HandOver();
                    break;
                case Move.Add:
                    Note(post => first.Queue.Add(post));
                    break;
                case Move.Write when !instances.IsGateTaken: // Otherwise it would wait.
                    first.Write();
                    break;
                case Move.RefuseOverdue:
                    RefuseOverdue();
                    break;
                case Move.OtherJoinWithKey:
                    Note(post => second.Round.JoinAsync(post), hasKey: true);
                    break;
                case Move.OtherTryCommit:
                    _ = second.Round.TryCommit();
                    break;
                case Move.OtherWrite when !instances.IsGateTaken:
                    second.Write();
                    break;
                case Move.EnterGate when !instances.IsGateTaken:
                    instances.IsGateTaken = instances.Gate.TryEnter();
                    break;
                case Move.ExitGate when instances.IsGateTaken:
                    instances.Gate.Exit();
                    instances.IsGateTaken = false;
                    break;
                default:
                    break;
            }
        }

        private void Note(Func<PendingPost, ValueTask<WriteOutcome>> write, bool hasKey = false)
        {
            var post = new PendingPost
            {
                AccountId = 1,
                Kind = TransactionKind.Credit,
                AmountCents = 1,
                Description = LedgerExtensions.Describe("schedule"),
                IdempotencyKey = hasKey ? _key : null,
            };
            _writes.Add((post, write(post).AsTask()));
        }

        private void HandOver()
        {
            if (Fault != Fault.ForgetsToWake)
            {
                instances.First.Round.HandOver();
            }
        }

        private void RefuseOverdue()
        {
            var queue = instances.First.Queue;
            if (Fault == Fault.RefusesWhatIsQueued && _writes.Find(write => !write.Task.IsCompleted).Post is { } queued)
            {
                queued.Complete(PostResult.Busy);
            }

            if (queue.TakeOlderThan(long.MaxValue) is { } overdue)
            {
                overdue.Complete(PostResult.Busy);
                if (Fault == Fault.AnswersTwice)
                {
                    overdue.Complete(PostResult.Busy);
                }
            }
        }

        // The loops end the rounds that have begun, and the writers go on until they sleep.
        private void Finish()
        {
            Take(Move.ExitGate);
            if (instances.First.Round.Writes > 0)
            {
                HandOver();
            }

            instances.Second.Round.HandOver();
            for (var turns = 0; turns < 4; turns++)
            {
                instances.First.Write();
                instances.Second.Write();
            }
        }

        private void Check()
        {
            Assert.All(_writes, write => Assert.True(write.Task.IsCompletedSuccessfully, "a write has no answer"));
            var outcomes = _writes.ConvertAll(write => write.Task.Result);
            Assert.All(
                outcomes,
                outcome => Assert.True(outcome.Result is PostResult.Accepted or PostResult.Busy, $"{outcome}"));
            var keyed = _writes.Where(write => write.Post.IdempotencyKey is not null)
                .Select(write => write.Task.Result).Where(outcome => outcome.Result == PostResult.Accepted).ToList();
            Assert.Equal(keyed.Count > 0 ? 1 : 0, keyed.Count(outcome => !outcome.IsReplay));
            Assert.InRange(keyed.Select(outcome => outcome with { IsReplay = false }).Distinct().Count(), 0, 1);
            Assert.Equal((0, 0), (instances.First.Queue.Count, instances.Second.Queue.Count));
            instances.BalanceCents += outcomes.Count(
                outcome => outcome is { Result: PostResult.Accepted, IsReplay: false });
            Assert.Equal(instances.BalanceCents, instances.ReadBalanceCents());
        }
    }
}
