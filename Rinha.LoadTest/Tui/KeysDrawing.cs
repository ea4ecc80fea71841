using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

/// <summary>What can be pressed now.</summary>
internal sealed class KeysDrawing(ViewState view) : Drawing
{
    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        if (view.Ending)
        {
            yield return new Line()
                .Add(" ending: the report follows", Tone.Warning)
                .Add("   Ctrl-C", Tone.Strong).Add(" at once, without it", Tone.Muted);
            yield break;
        }

        yield return new Line()
            .Add(" + -", Tone.Strong).Add($" window {view.WindowSeconds} s", Tone.Muted)
            .Add("   p", Tone.Strong).Add(view.Paused ? " go on" : " pause", Tone.Muted)
            .Add("   q", Tone.Strong).Add(" end with a report", Tone.Muted);
    }
}
