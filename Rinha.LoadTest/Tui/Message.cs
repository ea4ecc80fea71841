using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

/// <summary>One line of plain words; nothing for no words.</summary>
internal sealed class Message(string text) : Drawing
{
    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height) => [new Line().Add(text, Tone.Muted)];
}
