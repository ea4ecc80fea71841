namespace Rinha.LoadTest.Output;

/// <summary>The style sheet: light, dark where the reader prefers it, one column on a phone.</summary>
internal static class StyleSheet
{
    /// <summary>The fonts of whatever system it is read on.</summary>
    public const string Fonts =
        """system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif""";

    public const string Palette = """

        :root {
          color-scheme: light dark;
          --page: #f4f5f7; --card: #ffffff; --ink: #161b22; --muted: #5a6472; --rule: #dfe3e8; --grid: #e8ebef;
          --good: #17743a; --warning: #925a05; --bad: #bf2323; --good-tint: #e3f3e8; --warning-tint: #fbf0da;
          --bad-tint: #fce6e6; --blue: #2563d9; --orange: #d9680b; --teal: #0b8177; --pink: #b2338f;
          --shadow: 0 1px 2px #1b1f2412;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0e1116; --card: #171b22; --ink: #e7eaef; --muted: #9ba5b3; --rule: #2b323c; --grid: #252b34;
            --good: #58c57c; --warning: #e0a63f; --bad: #ff7b74; --good-tint: #12291b; --warning-tint: #2d2412;
            --bad-tint: #341a1b; --blue: #6fa4ff; --orange: #f7a154; --teal: #45c4b5; --pink: #e58ccb;
            --shadow: none;
          }
        }

        """;

    /// <summary>Text, cards, tables, and the frames of charts with their legends.</summary>
    public const string Layout = $$"""

        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 32px 24px 64px; max-width: 1200px; background: var(--page); color: var(--ink);
          font: 15px/1.5 {{Fonts}};
          -webkit-text-size-adjust: 100%;
        }
        h1 { margin: 0; font-size: 28px; line-height: 1.2; letter-spacing: -.01em; }
        h2 { margin: 0 0 16px; font-size: 18px; }
        h3 { margin: 0; font-size: 15px; }
        p { margin: 0 0 12px; overflow-wrap: anywhere; }
        .subtitle, .muted, caption { color: var(--muted); }
        tbody .strong { font-weight: 700; } .good { color: var(--good); } .bad { color: var(--bad); }
        td.warning, p.warning { color: var(--warning); }
        .subtitle { margin: 4px 0 16px; }
        .verdict { display: flex; gap: 12px; align-items: baseline; padding: 12px 16px; border-radius: 10px; }
        .verdict { font-size: 17px; }
        .verdict strong { font-size: 12px; letter-spacing: .08em; text-transform: uppercase; }
        .verdict.good { background: var(--good-tint); } .verdict.warning { background: var(--warning-tint); }
        .verdict.bad { background: var(--bad-tint); } .verdict.warning strong { color: var(--warning); }
        .verdict span { color: var(--ink); }
        dl, dd { margin: 0; }
        .cards { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0 24px; }
        .card, section { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
        .card, section { box-shadow: var(--shadow); }
        .card { display: flex; flex: 1 1 90px; flex-direction: column-reverse; justify-content: flex-end; }
        .card { padding: 12px 14px; }
        .card dt { color: var(--muted); font-size: 13px; }
        .card dd { font-size: 22px; font-weight: 650; line-height: 1.25; white-space: nowrap; }
        .card dd { font-variant-numeric: tabular-nums; }
        .card.warning dd { color: var(--warning); }
        section { margin-bottom: 20px; padding: 20px; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 28px; }
        .columns { align-items: start; }
        .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 20px; }
        .columns > *, .stack > * { margin: 0; min-width: 0; }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
        caption { padding-bottom: 6px; text-align: left; font-size: 13px; }
        th, td { padding: 6px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { padding-left: 0; text-align: left; }
        th:last-child, td:last-child { padding-right: 0; }
        thead th { color: var(--muted); font-size: 12px; font-weight: 600; }
        tbody th { font-weight: 500; }
        tbody tr:last-child th, tbody tr:last-child td { border-bottom: 0; }
        .prose td:last-child, .prose th:last-child { width: 100%; text-align: left; }
        .prose td:last-child { min-width: 260px; white-space: normal; overflow-wrap: anywhere; }
        .bars td, .bars th { border-bottom: 0; padding-top: 3px; padding-bottom: 3px; }
        .bars .bar { width: 60%; padding-right: 0; }
        .bars thead th:nth-child(2) { text-align: right; }
        .bars .bar span { display: block; height: 14px; min-width: 1px; border-radius: 3px; background: var(--blue); }
        .bar.good span { background: var(--good); } .bar.warning span { background: var(--warning); }
        .bar.bad span { background: var(--bad); }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); }
        .facts { gap: 10px 28px; }
        .facts dt { color: var(--muted); font-size: 12px; }
        .facts dd { overflow-wrap: anywhere; }
        .facts div:first-child { grid-column: 1 / -1; }
        figcaption p { margin: 0; font-size: 13px; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 6px 0 4px; padding: 0; list-style: none; }
        .legend { font-size: 13px; }
        .legend li { display: flex; align-items: center; gap: 6px; }
        .swatch { width: 18px; border-top: 3px solid; }
        .swatch.dashed { border-top-style: dashed; border-top-width: 2px; opacity: .7; }
        .swatch.round { width: 10px; height: 10px; border: 0; border-radius: 50%; background: currentColor; }
        svg { display: block; width: 100%; height: auto; overflow: visible; }
        @media (max-width: 640px) {
          body { padding: 20px 12px 40px; }
          h1 { font-size: 23px; }
          .verdict { display: block; font-size: 16px; }
          .verdict strong { display: block; }
          .cards { gap: 8px; }
          .card { flex-basis: 40%; padding: 10px 12px; }
          .card dd { font-size: 20px; }
          section { padding: 16px 14px; }
          table { font-size: 13px; }
          th, td { padding: 6px 6px; }
          .bars .bar { width: 36%; }
          thead th, tbody th { white-space: normal; }
          tbody th { min-width: 120px; }
          .bars tbody th { min-width: 0; }
          .prose td:last-child { min-width: 200px; }
        }
        @media print {
          body { max-width: none; padding: 0; background: none; }
          section, .card { break-inside: avoid; box-shadow: none; }
        }

        """;

    /// <summary>What is drawn in a chart.</summary>
    public const string Drawing = """
        .s-rate, .s-p50 { color: var(--blue); } .s-p90 { color: var(--teal); }
        .s-p99 { color: var(--orange); } .s-max { color: var(--pink); }
        .s-failed { color: var(--bad); } .s-kept { color: var(--good); }
        svg text { fill: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
        svg .x { text-anchor: middle; }
        svg .y { text-anchor: end; dominant-baseline: central; }
        svg .nothing { text-anchor: middle; font-size: 16px; }
        .grid { stroke: var(--grid); stroke-width: 1; }
        .upright { opacity: .6; }
        .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .line.s-p90, .line.s-max { stroke-width: 1.25; }
        .line.dashed { stroke-width: 1.5; stroke-dasharray: 5 5; opacity: .65; }
        .area { fill: currentColor; opacity: .12; }
        .dot { fill: currentColor; stroke: var(--card); stroke-width: 1.5; }
        .hint { fill: transparent; }
        .hint:hover { fill: var(--muted); fill-opacity: .18; }
        @media (max-width: 640px) {
          svg text { font-size: 21px; }
          svg .optional { display: none; }
          .line { stroke-width: 3; }
          .line.s-p90, .line.s-max { stroke-width: 2; }
        }

        """;

    /// <summary>The frame, header and headings; where the picture is small, their letters grow too.</summary>
    public const string Picture = $$"""
        svg { font-family: {{Fonts}}; }
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
