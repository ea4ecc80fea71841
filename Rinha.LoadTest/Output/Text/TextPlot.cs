using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>The curve of a search in letters: latency upwards, rate to the right.</summary>
internal static class TextPlot
{
    private const int PlotColumns = 70;
    private const int PlotRows = 14;
    private const int LabelColumns = 9;
    private const char Kept = '●';
    private const char Missed = '✗';
    private const char Between = '·';

    public static void Write(TextPage page, FindMaxReport search)
    {
        var steps = search.Steps.Where(step => step.Latency > 0).OrderBy(step => step.Rate).ToArray();
        if (steps.Length == 0)
        {
            return;
        }

        var x = AxisScale.Linear(steps[^1].Rate, Figures.RateTick, ticksWanted: 8);
        var y = AxisScale.Latency(steps.Select(step => step.Latency));
        var cells = Cells(steps.Select(step => (Column(x, step.Rate), Row(y, step.Latency), step.Met)).ToArray());
        var labels = y.Ticks.GroupBy(tick => Row(y, tick.Value)).ToDictionary(row => row.Key, row => row.First().Label);
        page.Line(new Phrase($"  latency{(y.IsLogarithmic ? ", logarithmic" : "")}", Tone.Muted));
        for (var row = PlotRows - 1; row >= 0; row--)
        {
            var label = labels.GetValueOrDefault(row, "").PadLeft(LabelColumns);
            var axis = labels.ContainsKey(row) ? '┤' : '│';
            page.Line([new Phrase($"{label} {axis}", Tone.Muted), .. Line(cells, row)]);
        }

        page.Line(new Phrase(new string(' ', LabelColumns + 1) + Ruler(x), Tone.Muted));
        page.Line(new Phrase(new string(' ', LabelColumns + 1) + Labels(x) + "  requests/s", Tone.Muted));
        page.Line("  ", new Phrase($"{Kept} kept", Tone.Good), "  ", new Phrase($"{Missed} missed", Tone.Bad));
    }

    private static char[,] Cells((int Column, int Row, bool Met)[] points)
    {
        var cells = new char[PlotColumns, PlotRows];
        for (var index = 1; index < points.Length; index++)
        {
            var (from, to) = (points[index - 1], points[index]);
            for (var column = from.Column; column <= to.Column && to.Column > from.Column; column++)
            {
                var share = (double)(column - from.Column) / (to.Column - from.Column);
                cells[column, (int)Math.Round(from.Row + share * (to.Row - from.Row))] = Between;
            }
        }

        foreach (var (column, row, met) in points)
        {
            cells[column, row] = met ? Kept : Missed;
        }

        return cells;
    }

    private static Phrase[] Line(char[,] cells, int row)
    {
        var line = new Phrase[PlotColumns];
        for (var column = 0; column < PlotColumns; column++)
        {
            line[column] = cells[column, row] switch
            {
                Kept => new Phrase(Kept.ToString(), Tone.Good),
                Missed => new Phrase(Missed.ToString(), Tone.Bad),
                Between => new Phrase(Between.ToString(), Tone.Muted),
                _ => " ",
            };
        }

        // No line ends in blanks.
        return line[..(Array.FindLastIndex(line, phrase => phrase.Words != " ") + 1)];
    }

    private static string Ruler(AxisScale x)
    {
        var ruler = ("└" + new string('─', PlotColumns)).ToCharArray();
        foreach (var tick in x.Ticks.Skip(1))
        {
            ruler[Column(x, tick.Value) + 1] = '┴';
        }

        return new string(ruler);
    }

    private static string Labels(AxisScale x)
    {
        var line = new char[PlotColumns + LabelColumns];
        Array.Fill(line, ' ');
        foreach (var tick in x.Ticks)
        {
            var start = Math.Max(0, Column(x, tick.Value) + 1 - tick.Label.Length / 2);
            tick.Label.CopyTo(0, line, start, tick.Label.Length);
        }

        return new string(line).TrimEnd();
    }

    private static int Column(AxisScale x, double value) => (int)Math.Round(x.Position(value) * (PlotColumns - 1));

    private static int Row(AxisScale y, double value) => (int)Math.Round(y.Position(value) * (PlotRows - 1));
}
