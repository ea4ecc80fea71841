namespace Rinha.LoadTest.Tui;

/// <summary>A drawing in a border with a title.</summary>
internal sealed class Framed(string title, Drawing content) : Drawing
{
    // A border and a space on either side.
    private const int EdgesWidth = 4;

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        yield return new Line()
            .Add("╭─", Palette.Border)
            .Add($" {title} ", Palette.Title)
            .Repeat('─', width - title.Length - EdgesWidth - 1, Palette.Border)
            .Add("╮", Palette.Border);
        var contentWidth = Math.Max(0, width - EdgesWidth);
        foreach (var line in content.Lines(contentWidth, Math.Max(0, height - ScreenPlan.BorderRows)))
        {
            yield return new Line()
                .Add("│ ", Palette.Border)
                .Append(line, contentWidth)
                .Add(" │", Palette.Border);
        }

        yield return new Line()
            .Add("╰", Palette.Border)
            .Repeat('─', width - 2, Palette.Border)
            .Add("╯", Palette.Border);
    }
}
