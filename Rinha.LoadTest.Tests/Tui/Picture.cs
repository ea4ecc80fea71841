using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

/// <summary>Drawings as plain text.</summary>
internal static class Picture
{
    /// <summary>The lines without their colours, and without the spaces at their ends.</summary>
    public static string Of(Drawing drawing, int width, int height) =>
        string.Join('\n', Lines(drawing, width, height).Select(line => line.TrimEnd()));

    /// <summary>The lines without their colours.</summary>
    public static IReadOnlyList<string> Lines(Drawing drawing, int width, int height) =>
        [.. drawing.Lines(width, height).Select(line => string.Concat(line.Segments.Select(segment => segment.Text)))];
}
