using Rinha.LoadTest.Progress;

namespace Rinha.LoadTest.Tests.Progress;

public sealed class StopSignalsTests : IDisposable
{
    private readonly RunControl _control = new();
    private readonly SetClock _clock = new();
    private readonly StopSignals _signals;
    private int _exits;

    public StopSignalsTests() => _signals = new StopSignals(_control, beforeExit: () => _exits++, _clock);

    public void Dispose() => _signals.Dispose();

    [Fact]
    public void A_second_signal_ends_the_process_after_restoring_the_terminal()
    {
        Survives(PosixSignal.SIGINT);
        _clock.Seconds += 1;
        Assert.False(Survives(PosixSignal.SIGINT));
        Assert.Equal(1, _exits);
    }

    [Fact]
    public void A_duplicate_signal_is_ignored()
    {
        Survives(PosixSignal.SIGTERM);
        _clock.Seconds += 0.1;
        Assert.True(Survives(PosixSignal.SIGTERM));
        _clock.Seconds += 0.2;
        Assert.False(Survives(PosixSignal.SIGTERM));
    }

    [Fact]
    public void After_stopping_by_key_the_first_signal_ends_the_process()
    {
        _control.Stop();
        Assert.False(Survives(PosixSignal.SIGINT));
        Assert.Equal(1, _exits);
    }

    // Calls the handler directly: a real signal would also reach the test runner.
    private bool Survives(PosixSignal signal)
    {
        var context = new PosixSignalContext(signal);
        _signals.Receive(context);
        return context.Cancel;
    }

    private sealed class SetClock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (long)(Seconds * TimeSpan.TicksPerSecond);
    }
}
