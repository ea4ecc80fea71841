namespace Rinha.LoadTest.Output.Charts;

/// <summary>A mark on an axis.</summary>
/// <param name="Value">Where it stands.</param>
/// <param name="Label">What is written at it.</param>
/// <param name="Important">Whether it stays when there is little room.</param>
internal sealed record AxisTick(double Value, string Label, bool Important);
