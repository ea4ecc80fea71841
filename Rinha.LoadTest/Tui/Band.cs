namespace Rinha.LoadTest.Tui;

/// <summary>The rows of panels, in their order from top to bottom.</summary>
internal enum Band
{
    /// <summary>What runs and how far it has come.</summary>
    Header,

    /// <summary>The whole run, its newest seconds, the statuses.</summary>
    Totals,

    /// <summary>The rate over time and the latency histogram.</summary>
    Charts,

    /// <summary>The latency over time and the percentiles.</summary>
    LatencyCharts,

    /// <summary>The operations and the failures.</summary>
    Tables,

    /// <summary>Room that nothing needs.</summary>
    Nothing,

    /// <summary>The keys.</summary>
    Keys,
}
