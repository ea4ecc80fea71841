using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Collect;

public sealed class CollectorsTests
{
    [Theory]
    [InlineData(false, true, "xterm-256color", typeof(TuiCollector))]
    [InlineData(false, true, "dumb", typeof(LineCollector))]
    [InlineData(false, true, "", typeof(LineCollector))]
    [InlineData(false, true, null, typeof(LineCollector))]
    [InlineData(false, false, "xterm-256color", typeof(LineCollector))]
    [InlineData(true, true, "xterm-256color", typeof(SilentCollector))]
    [InlineData(true, false, null, typeof(SilentCollector))]
    public void The_collector_suits_the_output(
        bool quiet, bool outputIsTerminal, string? terminalName, Type collector) =>
        Assert.IsType(collector, Collectors.Choose(quiet, 10, outputIsTerminal, terminalName));

    [Theory]
    [InlineData(0)]
    [InlineData(61)]
    [InlineData(-1)]
    public void The_frame_rate_has_limits(int framesPerSecond) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Collectors.Choose(true, framesPerSecond));
}
