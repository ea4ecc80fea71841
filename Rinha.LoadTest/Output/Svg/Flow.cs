namespace Rinha.LoadTest.Output.Svg;

/// <summary>
/// Puts texts beside each other and begins a new row where they would leave the picture. SVG cannot do that itself, and
/// nobody knows the reader's fonts, so their widths are guessed.
/// </summary>
internal static class Flow
{
    /// <summary>
    /// What a letter of the small words takes: of a wide font at 13 units, of a usual one at the 16 of a small picture.
    /// </summary>
    public const double LetterWidth = 8.3;

    /// <summary>Texts joined by points, on as many lines as they need; one that is too long is cut.</summary>
    public static List<string> Lines(IEnumerable<string> parts, int charsMax)
    {
        const string between = " · ";
        var lines = new List<string>();
        foreach (var part in parts.Where(part => part.Length > 0).Select(part => Words.OneLine(part, charsMax)))
        {
            if (lines.Count > 0 && lines[^1].Length + between.Length + part.Length <= charsMax)
            {
                lines[^1] += between + part;
            }
            else
            {
                lines.Add(part);
            }
        }

        return lines;
    }

    /// <summary>Where things of these widths begin, in which row.</summary>
    /// <param name="widths">The widths, in order.</param>
    /// <param name="gap">What is between two of them.</param>
    /// <param name="widthMax">What a row holds.</param>
    /// <param name="rowAt">The number of one that begins a row in any case.</param>
    public static List<(double Left, int Row)> Places(
        IReadOnlyList<double> widths, double gap, double widthMax, int rowAt = -1)
    {
        var places = new List<(double Left, int Row)>();
        var (left, row) = (0.0, 0);
        foreach (var width in widths)
        {
            if (left > 0 && (left + width > widthMax || places.Count == rowAt))
            {
                (left, row) = (0, row + 1);
            }

            places.Add((left, row));
            left += width + gap;
        }

        return places;
    }
}
