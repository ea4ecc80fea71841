using Spectre.Console;

namespace Rinha.LoadTest.Tui;

/// <summary>One column of a chart: a value in a style, and above it a second one.</summary>
/// <param name="Low">Where the lower part ends.</param>
/// <param name="LowStyle">Its style.</param>
/// <param name="High">Where the upper part ends; not below <paramref name="Low"/>.</param>
/// <param name="HighStyle">Its style.</param>
internal readonly record struct ChartColumn(double Low, Style LowStyle, double High, Style HighStyle);
