using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

public sealed class FramePainterTests
{
    private readonly FramePainter _painter = new(colours: true);

    [Fact]
    public void The_first_picture_clears_the_screen_and_writes_each_line_at_its_place() =>
        Assert.Equal(
            "\e[?2026h\e[2J\e[1;1Hab \e[2;1H   \e[?2026l",
            _painter.Paint(Shown("ab"), 3, 2, whole: false));

    [Fact]
    public void The_same_picture_again_is_nothing_to_write()
    {
        _painter.Paint(Shown("ab"), 3, 2, whole: false);
        Assert.Equal("", _painter.Paint(Shown("ab"), 3, 2, whole: false));
    }

    [Fact]
    public void Only_lines_that_changed_are_written()
    {
        _painter.Paint(Shown("ab", "cd"), 2, 2, whole: false);
        Assert.Equal(
            "\e[?2026h\e[2;1Hce\e[?2026l", _painter.Paint(Shown("ab", "ce"), 2, 2, whole: false));
    }

    [Fact]
    public void A_whole_picture_is_written_over_whatever_is_there()
    {
        _painter.Paint(Shown("ab", "cd"), 2, 2, whole: false);
        Assert.Equal(
            "\e[?2026h\e[1;1Hab\e[2;1Hcd\e[?2026l", _painter.Paint(Shown("ab", "cd"), 2, 2, whole: true));
    }

    [Fact]
    public void A_new_size_starts_afresh()
    {
        _painter.Paint(Shown("ab"), 2, 1, whole: false);
        Assert.Equal(
            "\e[?2026h\e[2J\e[1;1Hab \e[?2026l", _painter.Paint(Shown("ab"), 3, 1, whole: false));
    }

    [Fact]
    public void Without_colours_there_are_none()
    {
        var text = new FramePainter(colours: false).Paint(
            Screen.Compose(SampleSnapshots.Running, new ViewState(), 120, 40), 120, 40, whole: false);
        Assert.DoesNotMatch(@"\e\[[0-9;]*(3[0-7]|9[0-7])m", text);
    }

    [Fact]
    public void Nothing_but_the_place_of_a_line_moves_the_cursor()
    {
        var text = _painter.Paint(
            Screen.Compose(SampleSnapshots.Running, new ViewState(), 200, 60), 200, 60, whole: false);
        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain('\r', text);
        Assert.DoesNotMatch(@"\e(?!\[(\?2026[hl]|2J|\d+;1H|[0-9;]*m))", text);
    }

    private static Drawing Shown(params string[] lines) => (_, _) => lines.Select(line => new Line().Add(line));
}
