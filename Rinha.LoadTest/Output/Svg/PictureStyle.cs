using Rinha.LoadTest.Output.Html;

namespace Rinha.LoadTest.Output.Svg;

/// <summary>What the picture's style sheet says beside that of the charts.</summary>
internal static class PictureStyle
{
    /// <summary>The frame, header and headings; where the picture is small, their letters grow too.</summary>
    public const string Text = $$"""
        svg { font-family: {{StyleSheet.Fonts}}; }
        .card { fill: var(--card); stroke: var(--rule); }
        svg .title { fill: var(--ink); font-size: 20px; font-weight: 650; }
        svg .heading { fill: var(--ink); font-size: 15px; font-weight: 600; }
        svg .figure { fill: var(--ink); font-size: 17px; font-weight: 650; }
        svg .words { font-size: 13px; }
        svg .legend { dominant-baseline: central; }
        svg .sentence { fill: var(--ink); }
        svg .good { fill: var(--good); } svg .warning { fill: var(--warning); } svg .bad { fill: var(--bad); }
        svg .verdict { font-weight: 700; }
        .rule { stroke: var(--rule); stroke-width: 1; }
        @media (max-width: 640px) {
          svg .words { font-size: 16px; }
          svg .heading { font-size: 18px; }
          svg .x, svg .y { font-size: 17px; }
        }

        """;
}
