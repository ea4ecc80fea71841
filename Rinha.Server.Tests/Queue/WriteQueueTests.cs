using System.Numerics;

namespace Rinha.Server.Tests.Queue;

public sealed class WriteQueueTests : IDisposable
{
    private readonly WriteQueue _queue = new();

    [Fact]
    public void Writes_are_taken_in_order_in_batches_and_across_the_end_of_the_ring()
    {
        Assert.True(BitOperations.IsPow2(Limits.QueuedWritesMax), "the ring's index is masked");
        var writes = Posts(5);
        Add(writes);
        var batch = new PendingWrite[3];
        Assert.Equal(3, _queue.Take(batch));
        Assert.Equal(writes[..3], batch);
        Assert.Equal(2, _queue.Take(batch));
        Assert.Equal(writes[3..], batch[..2]);
        Assert.Equal(0, _queue.Take(batch));

        writes = Posts(Limits.QueuedWritesMax);
        Add(writes);
        batch = new PendingWrite[Limits.QueuedWritesMax];
        Assert.Equal(batch.Length, _queue.Take(batch));
        Assert.Equal(writes, batch);
    }

    [Fact]
    public void A_probe_wakes_the_writer_once_and_closing_takes_precedence()
    {
        _queue.WakeForProbe();
        _queue.WakeForProbe();
        Assert.True(_queue.Wait());

        var waiting = new Thread(() => Assert.True(_queue.Wait()));
        waiting.Start();
        Assert.False(waiting.Join(100), "a second wake-up for one probe");
        _queue.WakeForProbe();
        Assert.True(waiting.Join(Wait.Timeout));

        _queue.WakeForProbe();
        _queue.Close();
        Assert.False(_queue.Wait());
    }

    [Fact]
    public async Task A_full_queue_refuses_the_next_write_at_once_and_takes_it_when_there_is_room()
    {
        var queued = Add(Posts(Limits.QueuedWritesMax));
        var post = new PendingPost();

        var refused = Add(post);

        Assert.True(refused.IsCompleted);
        Assert.Equal(PostResult.Overloaded, (await refused).Result);
        Assert.All(queued, task => Assert.False(task.IsCompleted));

        Assert.Equal(1, _queue.Take(new PendingWrite[1]));
        var again = Add(post);
        Assert.False(again.IsCompleted);
        post.Complete(PostResult.Accepted);
        Assert.Equal(PostResult.Accepted, (await again).Result);
    }

    [Fact]
    public async Task A_closed_queue_refuses_new_writes_and_hands_out_the_queued_ones()
    {
        var writes = Posts(2);
        Add(writes);

        _queue.Close();

        Assert.Equal(PostResult.Stopping, (await Add(new PendingPost())).Result);
        Assert.True(_queue.Wait());
        var batch = new PendingWrite[4];
        Assert.Equal(2, _queue.Take(batch));
        Assert.Equal(writes, batch[..2]);
        Assert.False(_queue.Wait());
    }

    [Fact]
    public void Overdue_writes_are_taken_oldest_first_and_only_once()
    {
        var writes = Posts(3);
        Add(writes);
        var oldest = writes[0].QueuedAtMs;

        Assert.Null(_queue.TakeOlderThan(oldest));
        Assert.Same(writes[0], _queue.TakeOlderThan(oldest + 1));
        Assert.Same(writes[1], _queue.TakeOlderThan(long.MaxValue));
        var batch = new PendingWrite[4];
        Assert.Equal(1, _queue.Take(batch));
        Assert.Same(writes[2], batch[0]);
        Assert.Null(_queue.TakeOlderThan(long.MaxValue));
    }

    [Fact]
    public void A_probe_after_the_writer_has_ended_is_ignored()
    {
        _queue.Close();
        _queue.Dispose();

        _queue.WakeForProbe();
    }

    [Fact]
    public void Concurrent_adds_lose_nothing()
    {
        const int adders = 4;
        const int each = 20_000;
        var taken = 0;
        var writer = new Thread(() =>
        {
            var batch = new PendingWrite[Limits.BatchWritesMax];
            while (_queue.Wait())
            {
                var count = _queue.Take(batch);
                foreach (var write in batch.AsSpan(0, count))
                {
                    write.Complete(PostResult.Accepted);
                }

                taken += count;
            }
        });
        writer.Start();

        var accepted = 0;
        ParallelThreads.Run(adders, _ =>
        {
            var post = new PendingPost();
            for (var count = 0; count < each; count++)
            {
                var outcome = Add(post).GetAwaiter().GetResult();
                Interlocked.Add(ref accepted, outcome.Result == PostResult.Accepted ? 1 : 0);
            }
        });
        _queue.Close();

        Assert.True(writer.Join(Wait.Timeout));
        Assert.Equal(adders * each, accepted);
        Assert.Equal(adders * each, taken);
    }

    public void Dispose() => _queue.Dispose();

    private static PendingPost[] Posts(int count) => [.. Enumerable.Range(0, count).Select(_ => new PendingPost())];

    private Task<WriteOutcome> Add(PendingWrite write) => _queue.Add(write).AsTask();

    private List<Task<WriteOutcome>> Add(PendingPost[] writes) => [.. writes.Select(Add)];
}
