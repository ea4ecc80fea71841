namespace Rinha.LoadTest.Output;

/// <summary>A chart in letters: its dots, and what joins them.</summary>
internal sealed class TextPlot(Chart chart)
{
    private const int PlotColumns = 70;
    private const int PlotRows = 14;
    private const int LabelColumns = 9;

    private readonly Cell[,] _cells = new Cell[PlotColumns, PlotRows];

    public List<Cell[]> Lines()
    {
        foreach (var line in chart.Lines.Where(line => !line.Dashed).OrderBy(line => line.Dots))
        {
            Mark(line);
        }

        var labels = chart.Y.Ticks.GroupBy(tick => Row(tick.Value))
            .ToDictionary(row => row.Key, row => row.First().Label);
        var lines = new List<Cell[]> { (Cell[])[new($"  {chart.Title}, {chart.Subtitle}", Tone.Muted)] };
        for (var row = PlotRows - 1; row >= 0; row--)
        {
            var label = labels.GetValueOrDefault(row, "").PadLeft(LabelColumns);
            lines.Add(
            [
                new Cell($"{label} {(labels.ContainsKey(row) ? '┤' : '│')}", Tone.Muted),
                .. Enumerable.Range(0, PlotColumns).Select(column =>
                    _cells[column, row].Text is null ? new Cell(" ") : _cells[column, row]),
            ]);
        }

        var margin = new string(' ', LabelColumns + 1);
        lines.Add([new Cell(margin + Ruler(), Tone.Muted)]);
        lines.Add([new Cell(margin + Labels(), Tone.Muted)]);
        lines.Add([.. chart.Lines.Where(line => line.Dots).Select(line =>
            new Cell($"  {DotOf(line).Text} {line.Name}", DotOf(line).Tone))]);
        return lines;
    }

    private void Mark(ChartLine line)
    {
        var points = line.Points.Where(point => !double.IsNaN(point.Y))
            .Select(point => (Column: Column(point.X), Row: Row(point.Y))).ToList();
        if (line.Dots)
        {
            points.ForEach(point => _cells[point.Column, point.Row] = DotOf(line));
            return;
        }

        foreach (var (from, to) in points.Zip(points.Skip(1)))
        {
            for (var column = from.Column; column <= to.Column && to.Column > from.Column; column++)
            {
                var share = (double)(column - from.Column) / (to.Column - from.Column);
                _cells[column, (int)Math.Round(from.Row + share * (to.Row - from.Row))] = new Cell("·", Tone.Muted);
            }
        }
    }

    private static Cell DotOf(ChartLine line) =>
        line.Color == LineColor.Failed ? new Cell("✗", Tone.Bad) : new Cell("●", Tone.Good);

    private string Ruler()
    {
        var ruler = ("└" + new string('─', PlotColumns)).ToCharArray();
        foreach (var tick in chart.X.Ticks.Skip(1))
        {
            ruler[Column(tick.Value) + 1] = '┴';
        }

        return new string(ruler);
    }

    private string Labels()
    {
        var line = new char[PlotColumns + LabelColumns];
        Array.Fill(line, ' ');
        foreach (var tick in chart.X.Ticks)
        {
            var start = Math.Max(0, Column(tick.Value) + 1 - tick.Label.Length / 2);
            tick.Label.CopyTo(0, line, start, tick.Label.Length);
        }

        return new string(line);
    }

    private int Column(double value) => (int)Math.Round(chart.X.Position(value) * (PlotColumns - 1));

    private int Row(double value) => (int)Math.Round(chart.Y.Position(value) * (PlotRows - 1));
}
