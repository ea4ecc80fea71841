using System.Text;
using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

public sealed class KeysTests
{
    [Theory]
    [InlineData("", 10)]
    [InlineData("+", 30)]
    [InlineData("=", 30)]
    [InlineData("++", 60)]
    [InlineData("++++++", 300)]
    [InlineData("-", 1)]
    [InlineData("---", 1)]
    [InlineData("---+", 10)]
    [InlineData("+++++-", 60)]
    [InlineData("xyz\r\n\t", 10)]
    public void Plus_and_minus_step_through_the_windows(string keys, int windowSeconds)
    {
        var control = new RunControl();
        Assert.Equal(windowSeconds, Press(keys, control).WindowSeconds);
        Assert.False(control.Paused);
        Assert.False(control.StopRequested);
    }

    [Theory]
    [InlineData("p", true)]
    [InlineData(" ", true)]
    [InlineData("pp", false)]
    [InlineData("Pqp", false)]
    public void P_pauses_and_goes_on(string keys, bool paused)
    {
        var control = new RunControl();
        Press(keys, control);
        Assert.Equal(paused, control.Paused);
    }

    [Theory]
    [InlineData("q")]
    [InlineData("Q")]
    [InlineData("+p-q")]
    [InlineData("qq")]
    public void Q_ends_the_run(string keys)
    {
        var control = new RunControl();
        Press(keys, control);
        Assert.True(control.StopRequested);
    }

    [Theory]
    [InlineData("\e[A")]
    [InlineData("\eOP")]
    [InlineData("\e[15~")]
    [InlineData("\eq")]
    [InlineData("\e")]
    public void Keys_that_send_an_escape_do_nothing(string keys)
    {
        var control = new RunControl();
        Assert.Equal(new ViewState(), Press(keys, control));
        Assert.False(control.StopRequested);
        Assert.False(control.Paused);
    }

    private static ViewState Press(string keys, RunControl control) =>
        Keys.Press(Encoding.UTF8.GetBytes(keys), new ViewState(), control);
}
